import { type AccessRequest, isHotkeyAddress } from '@data-universe/core-auth/protocol';
import { isBucketName } from './bucket-name.ts';
import { FOLDERS } from './granted-prefixes.ts';

/** STS takes at most this many characters of an inline session policy. */
export const MAX_POLICY_CHARACTERS = 2048;

/** Something other than a granted prefix or a bucket's name was about to enter a policy. */
export class SessionPolicyError extends Error {
  override readonly name = 'SessionPolicyError';
  readonly code = 'InvalidScope';
  readonly retryable = false;
}

export interface SessionPolicyOptions {
  readonly action: AccessRequest['action'];
  readonly bucket: string;
  /** One for an upload, those of one miner for a read; see `grantedPrefixes`. */
  readonly prefixes: readonly string[];
}

/**
 * An uploader may also get what it put: it checks its receipts, and rebuilds a lost ledger from its
 * own manifests. Nobody may delete, or touch ACLs or tags: the bucket's history stays.
 */
const OBJECT_ACTIONS = {
  upload: [
    's3:PutObject',
    's3:GetObject',
    's3:AbortMultipartUpload',
    's3:ListMultipartUploadParts',
  ],
  read: ['s3:GetObject'],
} as const;

/**
 * The session policy that opens the prefixes and nothing else, as JSON of at most 2,048 characters.
 * Every part is parsed again here, so that no wildcard and no policy variable can enter from
 * outside. Throws SessionPolicyError.
 */
export function sessionPolicy({ action, bucket, prefixes }: SessionPolicyOptions): string {
  if (!isBucketName(bucket)) throw new SessionPolicyError('not a bucket name by the rules of S3');
  if (!Object.hasOwn(OBJECT_ACTIONS, action)) throw new SessionPolicyError('unknown action');
  const owners = new Set(prefixes.map(ownerOf));
  if (owners.size !== 1) throw new SessionPolicyError('the prefixes must belong to one hotkey');
  if (new Set(prefixes).size !== prefixes.length)
    throw new SessionPolicyError('a prefix is given twice');
  if (action === 'upload' && prefixes.length !== 1)
    throw new SessionPolicyError('an upload opens one prefix');

  const arn = `arn:aws:s3:::${bucket}`;
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: OBJECT_ACTIONS[action],
        Resource: prefixes.map((prefix) => `${arn}/${prefix}*`),
      },
      {
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: [arn],
        Condition: {
          StringLike: { 's3:prefix': prefixes.flatMap((prefix) => [prefix, `${prefix}*`]) },
        },
      },
    ],
  });
  if (policy.length > MAX_POLICY_CHARACTERS)
    throw new SessionPolicyError(`the policy has ${policy.length} characters`);
  return policy;
}

/** The hotkey of `data/{source}/{hotkey}/`. */
function ownerOf(prefix: string): string {
  const [root, folder, hotkey, end, ...more] = prefix.split('/');
  const known = FOLDERS.some((name) => name === folder);
  if (root !== 'data' || !known || hotkey === undefined || !isHotkeyAddress(hotkey))
    throw new SessionPolicyError('not a prefix of the form data/{source}/{hotkey}/');
  if (end !== '' || more.length > 0)
    throw new SessionPolicyError('a prefix ends right after its hotkey and a slash');
  return hotkey;
}
