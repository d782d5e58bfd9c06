import { ACCOUNT, type Account, type Role, type User } from './config.ts';
import { CloudError } from './errors.ts';
import { type Policy, parsePolicyText } from './iam/policy-schema.ts';
import type { Principal } from './iam/principal.ts';
import type { Keys } from './keys-file.ts';
import { sameSignature } from './sigv4/signing-key.ts';
import { openSessionToken, type SessionClaims } from './sts/session-token.ts';

export interface FoundCredential {
  readonly secretAccessKey: string;
  readonly principal: Principal;
}

/** Who an access key, with the session token sent beside it, stands for. Throws AWS's refusal where nobody. */
export function findCredential(
  account: Account,
  keys: Keys,
  now: number,
  accessKeyId: string,
  sessionToken: string | undefined,
): FoundCredential {
  if (sessionToken !== undefined) {
    const claims = openSessionToken(keys.sealingKey, sessionToken);
    // A token opens its own access key and no other, a user's key least of all.
    if (claims === undefined || !sameSignature(claims.accessKeyId, accessKeyId)) {
      throw invalidToken();
    }
    if (now >= claims.expiresAt) {
      throw new CloudError('ExpiredToken', 400, 'The provided token has expired.');
    }
    const role = account.roles.get(claims.roleArn);
    if (role === undefined) throw invalidToken();
    return {
      secretAccessKey: claims.secretAccessKey,
      principal: sessionPrincipal(role, claims),
    };
  }
  for (const user of account.users.values()) {
    const key = keys.users.get(user.name);
    if (key?.accessKeyId === accessKeyId) {
      return { secretAccessKey: key.secretAccessKey, principal: userPrincipal(user, accessKeyId) };
    }
  }
  throw new CloudError(
    'InvalidAccessKeyId',
    403,
    'The AWS Access Key Id you provided does not exist in our records.',
    { details: { AWSAccessKeyId: accessKeyId } },
  );
}

/** aws:userid of a session: the role's id and the session's name. */
export const sessionUserId = (role: Role, sessionName: string) =>
  `${stableId('AROA', role.name)}:${sessionName}`;

export const sessionArn = (role: Role, sessionName: string) =>
  `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/${sessionName}`;

function userPrincipal(user: User, accessKeyId: string): Principal {
  return {
    kind: 'user',
    arn: user.arn,
    arns: [user.arn],
    userId: accessKeyId.replace('AKIA', 'AIDA'),
    userName: user.name,
    account: ACCOUNT,
    policies: user.policies,
  };
}

function sessionPrincipal(role: Role, claims: SessionClaims): Principal {
  const arn = sessionArn(role, claims.sessionName);
  return {
    kind: 'session',
    arn,
    arns: [arn, role.arn],
    userId: sessionUserId(role, claims.sessionName),
    account: ACCOUNT,
    policies: role.policies,
    roleArn: role.arn,
    issuedAt: claims.issuedAt,
    ...(claims.policy === undefined ? {} : { sessionPolicy: storedPolicy(claims.policy) }),
    ...(claims.sourceIdentity === undefined ? {} : { sourceIdentity: claims.sourceIdentity }),
  };
}

/** A policy that was accepted at AssumeRole; one that no longer parses must open nothing. */
function storedPolicy(text: string): Policy {
  try {
    return parsePolicyText(text, 'identity');
  } catch (cause) {
    throw new CloudError('InvalidToken', 400, invalidToken().message, { cause });
  }
}

const invalidToken = () =>
  new CloudError('InvalidToken', 400, 'The provided token is malformed or otherwise invalid.');

/** An id in AWS's look that a name always maps to. */
function stableId(prefix: string, name: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let hash = 0n;
  for (const byte of Buffer.from(name, 'utf8')) hash = (hash * 257n + BigInt(byte)) % (1n << 80n);
  let id = '';
  for (let i = 0; i < 16; i++) {
    id = (alphabet[Number(hash & 31n)] ?? '') + id;
    hash >>= 5n;
  }
  return prefix + id;
}
