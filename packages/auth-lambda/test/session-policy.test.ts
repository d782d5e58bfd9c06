import { addressOf, SOURCE_NAMES } from '@data-universe/core-auth';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FOLDERS } from '../src/grant/granted-prefixes.ts';
import { grantedPrefixes, MAX_POLICY_CHARACTERS, sessionPolicy } from '../src/index.ts';
import { allows } from './iam-oracle.ts';

const BUCKET = 'data-universe-storage';
const ARN = `arn:aws:s3:::${BUCKET}`;
const UPLOAD_ACTIONS = [
  's3:PutObject',
  's3:GetObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
];
const EVERY_ACTION = [
  ...UPLOAD_ACTIONS,
  's3:ListBucket',
  's3:ListBucketVersions',
  's3:ListBucketMultipartUploads',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:PutObjectAcl',
  's3:GetObjectAcl',
  's3:PutObjectTagging',
  's3:GetObjectVersion',
  's3:PutBucketPolicy',
  's3:BypassGovernanceRetention',
  'sts:AssumeRole',
  'iam:PassRole',
];

const hotkey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(addressOf);
const source = fc.constantFrom(...SOURCE_NAMES);
const scope = fc.oneof(
  fc.record({
    action: fc.constant('upload' as const),
    hotkey,
    source: fc.constantFrom(...FOLDERS),
  }),
  fc.record({
    action: fc.constant('read' as const),
    miner_hotkey: hotkey,
    first_folders: fc.constant(true as const),
  }),
  fc.record(
    { action: fc.constant('read' as const), miner_hotkey: hotkey, source },
    { requiredKeys: ['action', 'miner_hotkey'] },
  ),
);

/** Keys around a prefix: what a mistake in the policy would most likely open. */
function keysNear(prefix: string, other: string): fc.Arbitrary<string> {
  const [, name = '', miner = ''] = prefix.split('/');
  const name2 = fc.constantFrom(
    'y',
    'reddit',
    'x',
    'youtube',
    '1',
    '2',
    '3',
    '*',
    '',
    '..',
    name.toUpperCase(),
  );
  const miner2 = fc.constantFrom(
    other,
    `${miner}d`,
    `${miner.slice(0, -1)}`,
    miner.toLowerCase(),
    miner.toUpperCase(),
    `${miner}%2F`,
    `${miner} `,
    '*',
    '',
  );
  const tail = fc.oneof(
    fc.constantFrom('', 'a', '_manifest/1.json', '../', `${miner}/a`, `../${other}/a`),
    fc.string(),
  );
  return fc.oneof(
    fc.string(),
    fc.constant(prefix.slice(0, -1)),
    tail.map((end) => prefix + end),
    tail.map((end) => prefix.slice(0, -1) + end),
    tail.map((end) => `/${prefix}${end}`),
    tail.map((end) => `evil/${prefix}${end}`),
    tail.map((end) => encodeURIComponent(prefix) + end),
    tail.map((end) => prefix.toUpperCase() + end),
    tail.map((end) => `data/x/${other}/${prefix}${end}`),
    tail.map((end) => `data/${name}/${other}/${miner}/${end}`),
    fc.tuple(name2, miner2, tail).map(([a, b, end]) => `data/${a}/${b}/${end}`),
    fc.tuple(miner2, tail).map(([b, end]) => `data/${name}/${b}/${end}`),
  );
}

test('a policy allows the granted actions inside the prefixes and nothing else whatever', () => {
  const cases = fc
    .tuple(scope, hotkey)
    .chain(([granted, other]) =>
      fc.tuple(
        fc.constant(granted),
        fc.oneof(...grantedPrefixes(granted).map((prefix) => keysNear(prefix, other))),
        fc.constantFrom(...EVERY_ACTION),
        fc.constantFrom(ARN, 'arn:aws:s3:::data-universe-storage2', 'arn:aws:s3:::another'),
      ),
    );
  fc.assert(
    fc.property(cases, ([granted, key, action, bucketArn]) => {
      const prefixes = grantedPrefixes(granted);
      const policy = sessionPolicy({ action: granted.action, bucket: BUCKET, prefixes });
      const inside = bucketArn === ARN && prefixes.some((prefix) => key.startsWith(prefix));
      const objectActions = granted.action === 'upload' ? UPLOAD_ACTIONS : ['s3:GetObject'];

      expect(allows(policy, { action, resource: `${bucketArn}/${key}` })).toBe(
        inside && objectActions.includes(action),
      );
      const context = { 's3:prefix': key };
      expect(allows(policy, { action, resource: bucketArn, context })).toBe(
        inside && action === 's3:ListBucket',
      );
      expect(allows(policy, { action, resource: bucketArn })).toBe(false);
      expect(policy.length).toBeLessThanOrEqual(MAX_POLICY_CHARACTERS);
    }),
    { numRuns: 2_000 },
  );
});

test('no text in place of a prefix enters a policy unless it is a whole granted prefix', () => {
  const miner = addressOf(new Uint8Array(32).fill(7));
  const other = addressOf(new Uint8Array(32).fill(9));
  const candidate = fc.oneof(
    fc.string(),
    keysNear(`data/x/${miner}/`, other),
    fc
      .tuple(fc.nat(70), fc.constantFrom('*', '?', '$' + '{a}', '/', '"', '\\', '\n'))
      .map(([at, text]) => {
        const prefix = `data/x/${miner}/`;
        return prefix.slice(0, at) + text + prefix.slice(at);
      }),
  );
  const whole = new RegExp(`^data/(${FOLDERS.join('|')})/(${miner}|${other})/$`);
  fc.assert(
    fc.property(candidate, fc.constantFrom('upload' as const, 'read' as const), (text, action) => {
      const build = () => sessionPolicy({ action, bucket: BUCKET, prefixes: [text] });
      if (whole.test(text)) expect(build()).toContain(text);
      else expect(build).toThrow(/prefix|hotkey/);
    }),
    { numRuns: 1_000 },
  );
});

describe('a session policy', () => {
  const miner = addressOf(new Uint8Array(32).fill(255));
  const other = addressOf(new Uint8Array(32).fill(1));
  const own = `data/reddit/${miner}/`;

  test('lists with and without a trailing segment, never without a prefix', () => {
    const policy = sessionPolicy({ action: 'upload', bucket: BUCKET, prefixes: [own] });
    const list = (prefix: string) =>
      allows(policy, { action: 's3:ListBucket', resource: ARN, context: { 's3:prefix': prefix } });
    expect([own, `${own}_manifest/`].map(list)).toEqual([true, true]);
    expect(['', 'data/', own.slice(0, -1)].map(list)).toEqual([false, false, false]);
  });

  test('has at most 2,048 characters for the longest names', () => {
    const bucket = 'b'.repeat(63);
    const prefixes = grantedPrefixes({ action: 'read', miner_hotkey: miner });
    expect(prefixes).toHaveLength(SOURCE_NAMES.length);
    const policy = sessionPolicy({ action: 'read', bucket, prefixes });
    expect(policy.length).toBeLessThanOrEqual(MAX_POLICY_CHARACTERS);
  });

  test.each([
    ['no prefix', 'read', []],
    ['two prefixes for an upload', 'upload', [own, `data/x/${miner}/`]],
    ['the same prefix twice', 'read', [own, own]],
    ['the prefixes of two hotkeys', 'read', [own, `data/x/${other}/`]],
    ['a prefix below the granted one', 'read', [`${own}deeper/`]],
  ] as const)('is refused for %s', (_, action, prefixes) => {
    expect(() => sessionPolicy({ action, bucket: BUCKET, prefixes })).toThrow(
      expect.objectContaining({ code: 'InvalidScope' }),
    );
  });

  test.each(['*', 'a', 'Bucket', 'a_b', 'b/data', 'b"', '$' + '{x}', '127.0.0.1', 'a..b', ''])(
    'is refused for a bucket named %j',
    (bucket) => {
      expect(() => sessionPolicy({ action: 'upload', bucket, prefixes: [own] })).toThrow(/bucket/);
    },
  );
});
