import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Account, Role } from '../config.ts';
import { sessionArn, sessionUserId } from '../credentials.ts';
import { accessDenied, CloudError } from '../errors.ts';
import type { QueryParameters } from '../http/query.ts';
import { element, field, type XmlNode } from '../http/xml.ts';
import { isTrusted } from '../iam/evaluate.ts';
import { MalformedPolicyError, parsePolicyText } from '../iam/policy-schema.ts';
import { type Principal, principalContext } from '../iam/principal.ts';
import { newAccessKeyId } from '../keys-file.ts';
import { validationError } from './errors.ts';
import { sealSessionToken } from './session-token.ts';

const CHAINED_SECONDS = 3600;
const NAME = /^[\w+=,.@-]{2,64}$/;
const name = (parameter: string) =>
  z.string().regex(NAME, `${parameter} must have 2 to 64 characters of [\\w+=,.@-]`);

const requestSchema = z.strictObject({
  Action: z.literal('AssumeRole'),
  Version: z.literal('2011-06-15'),
  RoleArn: z.string().min(20).max(2048),
  RoleSessionName: name('RoleSessionName'),
  SourceIdentity: name('SourceIdentity').optional(),
  DurationSeconds: z
    .string()
    .regex(/^\d{1,6}$/, 'DurationSeconds must be a whole number')
    .transform(Number)
    .optional(),
  Policy: z
    .string()
    .min(1)
    .max(2048, 'Policy must have at most 2048 characters')
    .regex(/^[\t\n\r\u0020-\u00ff]+$/, 'Policy holds a character STS does not take')
    .optional(),
});

/** Answers AssumeRole: temporary credentials for a role, narrowed by the session policy. */
export function assumeRole(cloud: Cloud, caller: Principal, form: QueryParameters): XmlNode {
  const request = parseRequest(form);
  const role = trustedRole(cloud, caller, request);
  const sourceIdentity = sourceIdentityOf(cloud, caller, role, request.SourceIdentity);
  const seconds = sessionSeconds(cloud.account, caller, role, request.DurationSeconds);
  if (request.Policy !== undefined) checkSessionPolicy(request.Policy);

  // Whole seconds, as the answer's Expiration is written.
  const issuedAt = Math.floor(cloud.now() / 1000) * 1000;
  const claims = {
    accessKeyId: newAccessKeyId('ASIA'),
    secretAccessKey: randomBytes(30).toString('base64'),
    roleArn: role.arn,
    sessionName: request.RoleSessionName,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(request.Policy === undefined ? {} : { policy: request.Policy }),
    issuedAt,
    expiresAt: issuedAt + seconds * 1000,
  };
  return element(
    'AssumeRoleResult',
    element(
      'AssumedRoleUser',
      field('AssumedRoleId', sessionUserId(role, claims.sessionName)),
      field('Arn', sessionArn(role, claims.sessionName)),
    ),
    element(
      'Credentials',
      field('AccessKeyId', claims.accessKeyId),
      field('SecretAccessKey', claims.secretAccessKey),
      field('SessionToken', sealSessionToken(cloud.keys.sealingKey, claims)),
      field('Expiration', new Date(claims.expiresAt).toISOString().replace('.000Z', 'Z')),
    ),
    field('SourceIdentity', sourceIdentity),
    request.Policy === undefined
      ? undefined
      : field('PackedPolicySize', Math.ceil((request.Policy.length / 2048) * 100)),
  );
}

function parseRequest(form: QueryParameters): z.infer<typeof requestSchema> {
  const fields = Object.fromEntries(form.entries.map(([key]) => [key, form.get(key)]));
  const parsed = requestSchema.safeParse(fields);
  if (!parsed.success) {
    throw validationError(`The request is not valid: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

function trustedRole(
  cloud: Cloud,
  caller: Principal,
  request: z.infer<typeof requestSchema>,
): Role {
  const role = cloud.account.roles.get(request.RoleArn);
  // The same refusal for a role that is not there: nobody learns which roles exist.
  if (
    role === undefined ||
    !mayStep(cloud, caller, role, 'sts:AssumeRole', [
      ['sts:rolesessionname', request.RoleSessionName],
      ...(request.SourceIdentity === undefined
        ? []
        : [['sts:sourceidentity', request.SourceIdentity] as const]),
    ])
  ) {
    throw notAuthorized(caller, 'sts:AssumeRole', request.RoleArn);
  }
  return role;
}

/** A session's source identity follows it from role to role and can't be changed on the way. */
function sourceIdentityOf(
  cloud: Cloud,
  caller: Principal,
  role: Role,
  asked: string | undefined,
): string | undefined {
  const inherited = caller.kind === 'session' ? caller.sourceIdentity : undefined;
  const identity = asked ?? inherited;
  if (identity === undefined) return undefined;
  if (
    (inherited !== undefined && identity !== inherited) ||
    !mayStep(cloud, caller, role, 'sts:SetSourceIdentity', [['sts:sourceidentity', identity]])
  ) {
    throw notAuthorized(caller, 'sts:SetSourceIdentity', role.arn);
  }
  return identity;
}

function mayStep(
  cloud: Cloud,
  caller: Principal,
  role: Role,
  action: string,
  facts: ReadonlyArray<readonly [string, string]>,
): boolean {
  const context = new Map([...principalContext(caller, cloud.now()), ...facts]);
  return isTrusted(caller, { action, resource: role.arn, context }, role.trust);
}

function sessionSeconds(
  account: Account,
  caller: Principal,
  role: Role,
  asked: number | undefined,
): number {
  const seconds = asked ?? CHAINED_SECONDS;
  if (seconds < account.minSessionSeconds) {
    throw validationError(
      `The requested DurationSeconds must be at least ${account.minSessionSeconds}.`,
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw validationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  if (caller.kind === 'session' && seconds > CHAINED_SECONDS) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return seconds;
}

function checkSessionPolicy(text: string): void {
  try {
    parsePolicyText(text, 'identity');
  } catch (cause) {
    if (!(cause instanceof MalformedPolicyError)) throw cause;
    throw new CloudError(cause.code, 400, cause.message, { cause });
  }
}

const notAuthorized = (caller: Principal, action: string, resource: string) =>
  accessDenied(
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`,
  );
