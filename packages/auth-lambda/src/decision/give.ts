import { hash } from 'node:crypto';
import type { AccessGrant, PresignedGrant } from '@data-universe/core-auth/protocol';
import type { CredentialIssuer } from '../grant/credential-issuer.ts';
import type { RequestPresigner } from '../grant/request-presigner.ts';
import { sessionPolicy } from '../grant/session-policy.ts';
import type { AccessClaim } from '../wire/access-claim.ts';
import type { AccessConfig } from './access-config.ts';
import type { Findings } from './findings.ts';
import { faultRefusal } from './refusal.ts';
import type { AskInTime } from './time-limit.ts';

/** The answer to a granted request, whichever the mode of the service. */
export type Given = Omit<AccessGrant, 'request_id'> | Omit<PresignedGrant, 'request_id'>;

export interface Checked {
  readonly claim: AccessClaim;
  readonly prefixes: string[];
}

/** What a request gets that has passed every check. Throws Refusal IssuerUnavailable. */
export function give(
  config: AccessConfig,
  issuer: CredentialIssuer | RequestPresigner,
  checked: Checked,
  findings: Findings,
  ask: AskInTime,
): Promise<Given> {
  return 'presign' in issuer
    ? givePresigned(config, issuer, checked, ask)
    : giveCredentials(config, issuer, checked, findings, ask);
}

async function giveCredentials(
  config: AccessConfig,
  issuer: CredentialIssuer,
  { claim, prefixes }: Checked,
  findings: Findings,
  ask: AskInTime,
): Promise<Omit<AccessGrant, 'request_id'>> {
  const { bucket, region, endpoint } = config;
  const { hotkey, scope } = claim;
  const { action } = scope;
  const policy = sessionPolicy({ action, bucket, prefixes });
  findings.policySha256 = hash('sha256', policy);
  const credentials = await issued(config, ask, (signal) =>
    issuer.issue({ action, hotkey, policy }, signal),
  );
  return {
    credentials: {
      access_key_id: credentials.accessKeyId,
      secret_access_key: credentials.secretAccessKey,
      session_token: credentials.sessionToken,
    },
    expiration: credentials.expiration.toISOString(),
    bucket,
    region,
    endpoint,
    prefixes,
  };
}

async function givePresigned(
  config: AccessConfig,
  presigner: RequestPresigner,
  { claim, prefixes }: Checked,
  ask: AskInTime,
): Promise<Omit<PresignedGrant, 'request_id'>> {
  const { operations = [] } = claim;
  const { requests, expiration } = await issued(config, ask, (signal) =>
    presigner.presign(operations, signal),
  );
  return {
    expiration: expiration.toISOString(),
    bucket: config.bucket,
    region: config.region,
    endpoint: presigner.endpoint,
    prefixes,
    create_only: presigner.createOnly,
    checksums: presigner.checksums,
    requests: [...requests],
  };
}

async function issued<T>(
  config: AccessConfig,
  ask: AskInTime,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await ask(config.issuer_timeout_ms, run);
  } catch (error) {
    throw faultRefusal(
      'IssuerUnavailable',
      'The service could not issue credentials now; try again in a few seconds with a new request, and tell its operator if it lasts.',
      'issuer',
      error,
    );
  }
}
