import { isDeepStrictEqual } from 'node:util';
import { allows } from '../iam-oracle.ts';
import { must } from './check-claim.ts';
import type { Random } from './random.ts';
import { HOSTILE_TEXTS, HOTKEYS } from './words.ts';

export const BUCKET = 'data-universe-storage';
const ARN = `arn:aws:s3:::${BUCKET}`;
const OBJECT_ACTIONS = {
  upload: [
    's3:PutObject',
    's3:GetObject',
    's3:AbortMultipartUpload',
    's3:ListMultipartUploadParts',
  ],
  read: ['s3:GetObject'],
};
const ACTIONS = [
  ...OBJECT_ACTIONS.upload,
  ...[
    's3:ListBucket',
    's3:DeleteObject',
    's3:PutObjectAcl',
    's3:PutObjectTagging',
    's3:PutBucketPolicy',
  ],
  ...['s3:GetObjectVersion', 's3:ListBucketVersions', 'sts:AssumeRole'],
];

/** The text of a policy is the one that these prefixes have, to the letter. Throws Violation. */
export function checkPolicy(
  policy: string,
  action: 'upload' | 'read',
  prefixes: readonly string[],
  bucket = BUCKET,
): void {
  const arn = `arn:aws:s3:::${bucket}`;
  must(policy.length <= 2_048, 'a policy fits');
  const listed = prefixes.flatMap((prefix) => [prefix, `${prefix}*`]);
  const expected = [
    {
      Effect: 'Allow',
      Action: OBJECT_ACTIONS[action],
      Resource: prefixes.map((prefix) => `${arn}/${prefix}*`),
    },
    {
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [arn],
      Condition: { StringLike: { 's3:prefix': listed } },
    },
  ];
  const { Statement, Version } = JSON.parse(policy);
  must(
    Version === '2012-10-17' && isDeepStrictEqual(Statement, expected),
    'a policy opens its prefixes',
  );
}

/** Asks the oracle about a key near or far. Throws Violation. */
export function checkByOracle(
  random: Random,
  policy: string,
  action: 'upload' | 'read',
  prefixes: readonly string[],
): void {
  const [root = '', folder = '', owner = ''] = random.pick(prefixes).split('/');
  const part = (own: string) =>
    random.chance(2) ? own : random.pick([...HOSTILE_TEXTS, ...HOTKEYS]);
  const key = [part(root), part(folder), part(owner), part('a.parquet')].join(
    random.chance(9) ? '//' : '/',
  );
  const asked = random.pick(ACTIONS);
  const inside = prefixes.some((prefix) => key.startsWith(prefix));
  must(
    allows(policy, { action: asked, resource: `${ARN}/${key}` }) ===
      (inside && OBJECT_ACTIONS[action].includes(asked)),
    `the oracle on ${asked} of ${JSON.stringify(key)}`,
  );
  must(
    allows(policy, { action: asked, resource: ARN, context: { 's3:prefix': key } }) ===
      (inside && asked === 's3:ListBucket'),
    `the oracle on ${asked} of the bucket with prefix ${JSON.stringify(key)}`,
  );
  must(
    !allows(policy, { action: asked, resource: ARN }),
    `the oracle on ${asked} without a prefix`,
  );
}
