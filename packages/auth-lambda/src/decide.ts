import { createHash } from 'node:crypto';
import {
  type AccessGrant,
  type AccessRequest,
  MAX_REQUEST_SECONDS,
  verifyAccessRequestSignature,
} from '@data-universe/core-auth';
import type { NeuronStatus } from '@data-universe/subtensor';
import type { AccessConfig } from './access-config.ts';
import type { AccessPorts } from './access-ports.ts';
import { MAX_CLOCK_SKEW_SECONDS, requireCurrent } from './check-clock.ts';
import type { IssuedCredentials } from './credential-issuer.ts';
import { grantedPrefixes } from './granted-prefixes.ts';
import { parseRequest } from './parse-request.ts';
import { faultRefusal, Refusal } from './refusal.ts';
import { requireAddressedTo } from './service-identity.ts';
import { sessionPolicy } from './session-policy.ts';
import { withTimeLimit } from './time-limit.ts';

/** What became known of a request on its way, for the audit line. */
export interface Findings {
  request?: AccessRequest;
  signatureVerified?: boolean;
  uid?: number;
  prefixes?: readonly string[];
  policySha256?: string;
}

/**
 * A nonce is remembered for longer than its request can be accepted by any instance whose clock is
 * within the skew of ours.
 */
const NONCE_LIFE_SECONDS = MAX_REQUEST_SECONDS + 2 * MAX_CLOCK_SKEW_SECONDS;

/**
 * The checks, cheapest and safest first: nothing that costs the named hotkey anything happens
 * before its signature is verified. Throws Refusal.
 */
export async function decide(
  input: { readonly body: Uint8Array; readonly sourceAddress: string },
  config: AccessConfig,
  ports: AccessPorts,
  findings: Findings,
): Promise<Omit<AccessGrant, 'request_id'>> {
  await requireCalm(ports, input.sourceAddress);
  const request = parseRequest(input.body);
  findings.request = request;
  const prefixes = grantedPrefixes(request);
  findings.prefixes = prefixes;
  requireAddressedTo(config, request);
  requireCurrent(request, ports.clock.now());
  requireSignature(request);
  findings.signatureVerified = true;
  await requireFirstUse(ports, request);
  await requireStanding(config, ports, request, findings);
  await requireNotDenied(ports, request);
  await requireQuota(config, ports, request);

  const policy = sessionPolicy({ action: request.action, bucket: config.bucket, prefixes });
  findings.policySha256 = createHash('sha256').update(policy).digest('hex');
  const credentials = await issue(config, ports, request, policy);
  return {
    credentials: {
      access_key_id: credentials.accessKeyId,
      secret_access_key: credentials.secretAccessKey,
      session_token: credentials.sessionToken,
    },
    expiration: credentials.expiration.toISOString(),
    bucket: config.bucket,
    region: config.region,
    endpoint: config.endpoint,
    prefixes,
  };
}

async function requireCalm(ports: AccessPorts, address: string): Promise<void> {
  const verdict = await ports.addressLimiter.take(address);
  if (verdict.allowed) return;
  throw new Refusal(
    'TooManyRequests',
    `Too many requests from this address; wait ${verdict.retryAfterSeconds} seconds and keep credentials until they expire instead of asking anew.`,
    { retryAfterSeconds: verdict.retryAfterSeconds },
  );
}

function requireSignature(request: AccessRequest): void {
  if (verifyAccessRequestSignature(request)) return;
  throw new Refusal(
    'BadSignature',
    "The signature is not the hotkey's over this request; sign its canonical JSON with the secret of this hotkey, unaltered after signing.",
  );
}

async function requireFirstUse(ports: AccessPorts, request: AccessRequest): Promise<void> {
  const expiresAt = ports.clock.now() + NONCE_LIFE_SECONDS * 1000;
  if (await ports.nonces.claim(request.hotkey, request.nonce, expiresAt)) return;
  throw new Refusal(
    'Replayed',
    'This request was used before; sign a new one with a fresh nonce for every attempt.',
  );
}

async function requireStanding(
  config: AccessConfig,
  ports: AccessPorts,
  request: AccessRequest,
  findings: Findings,
): Promise<void> {
  const status = await lookup(config, ports, request);
  if (status.registered !== true)
    throw new Refusal(
      'NotRegistered',
      `Hotkey ${request.hotkey} is not registered on subnet ${config.netuid} of ${config.network}; register it, or check which wallet is configured.`,
    );
  findings.uid = status.uid;
  if (request.action === 'read' && status.validatorPermit !== true)
    throw new Refusal(
      'NoValidatorPermit',
      `Hotkey ${request.hotkey} holds no validator permit on subnet ${config.netuid} of ${config.network}; reading a miner's data takes one.`,
    );
}

async function lookup(
  config: AccessConfig,
  ports: AccessPorts,
  request: AccessRequest,
): Promise<NeuronStatus> {
  try {
    return await withTimeLimit(config.registry_timeout_ms, (signal) =>
      ports.registry.lookup(config.netuid, request.hotkey, signal),
    );
  } catch (error) {
    throw faultRefusal(
      'ChainUnavailable',
      'The service could not ask the chain who is registered; try again in a few seconds with a new request.',
      'registry',
      error,
    );
  }
}

async function requireNotDenied(ports: AccessPorts, request: AccessRequest): Promise<void> {
  if (!(await ports.denyList.isDenied(request.hotkey))) return;
  throw new Refusal(
    'Denied',
    `Hotkey ${request.hotkey} is barred from this service; ask its operator why.`,
  );
}

async function requireQuota(
  config: AccessConfig,
  ports: AccessPorts,
  request: AccessRequest,
): Promise<void> {
  const now = ports.clock.now();
  const { action, hotkey } = request;
  const limit = action === 'upload' ? config.uploads_per_day : config.reads_per_day;
  const day = new Date(now).toISOString().slice(0, 10);
  if (await ports.quota.charge({ hotkey, action, day, limit })) return;
  throw new Refusal(
    'QuotaExceeded',
    `Hotkey ${hotkey} has used its ${limit} ${action} requests of this UTC day; wait for the next, and keep credentials until they expire instead of asking anew.`,
    { retryAfterSeconds: Math.ceil((DAY_MS - (now % DAY_MS)) / 1000) },
  );
}

const DAY_MS = 86_400_000;

async function issue(
  config: AccessConfig,
  ports: AccessPorts,
  request: AccessRequest,
  policy: string,
): Promise<IssuedCredentials> {
  const { action, hotkey } = request;
  try {
    return await withTimeLimit(config.issuer_timeout_ms, (signal) =>
      ports.issuer.issue({ action, hotkey, policy }, signal),
    );
  } catch (error) {
    throw faultRefusal(
      'IssuerUnavailable',
      'The service could not issue credentials now; try again in a few seconds with a new request, and tell its operator if it lasts.',
      'issuer',
      error,
    );
  }
}
