import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUCKET,
  type Harness,
  MINE,
  refusal,
  startHarness,
  uploadPolicy,
} from './support/harness.ts';

let harness: Harness;
let admin: S3Client;
let miner: S3Client;
let now = Date.parse('2026-03-01T12:00:00Z');
const DENIED = { status: 403, code: 'AccessDenied' };

beforeAll(async () => {
  now = Date.now();
  harness = await startHarness({ clock: () => now });
  admin = harness.s3(harness.cloud.admin);
  miner = harness.s3(await harness.assume(harness.cloud.roles.upload, uploadPolicy()));
  for (const Key of ['data/x/miner-b/1', 'data/x/miner-ab/1', 'outside', `${MINE}old`]) {
    await admin.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
  }
});
afterAll(() => harness.stop());

const put = (client: S3Client, Key: string) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x' }));
const get = (client: S3Client, Key: string) =>
  client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
const list = (client: S3Client, input: object) =>
  client.send(new ListObjectsV2Command({ Bucket: BUCKET, ...input }));

describe('a miner with a session for its own prefix', () => {
  it('puts, gets and lists there', async () => {
    await put(miner, `${MINE}new`);
    expect(await (await get(miner, `${MINE}new`)).Body?.transformToString()).toBe('x');
    expect((await list(miner, { Prefix: MINE })).KeyCount).toBe(2);
    expect((await list(miner, { Prefix: `${MINE}n`, Delimiter: '/' })).KeyCount).toBe(1);
  });

  it.each([
    'data/x/miner-b/1',
    'data/x/miner-ab/1',
    'data/x/miner-a',
    'data/reddit/miner-a/1',
    'outside',
    `/${MINE}x`,
    'data/x/../x/miner-b/1',
  ])('neither puts nor gets %s', async (key) => {
    expect(await refusal(put(miner, key))).toEqual(DENIED);
    expect(await refusal(get(miner, key))).toEqual(DENIED);
  });

  it.each([
    ['the whole bucket', {}],
    ['an empty prefix', { Prefix: '' }],
    ['an empty prefix with a delimiter', { Prefix: '', Delimiter: '/' }],
    ['the parent', { Prefix: 'data/x/' }],
    ['the prefix without its slash', { Prefix: 'data/x/miner-a' }],
    ['a neighbour', { Prefix: 'data/x/miner-b/' }],
  ])('does not list %s, in either form', async (_, input) => {
    expect(await refusal(list(miner, input))).toEqual(DENIED);
    const older = miner.send(new ListObjectsCommand({ Bucket: BUCKET, ...input }));
    expect(await refusal(older)).toEqual(DENIED);
  });

  it('deletes nothing', async () => {
    const work = miner.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `${MINE}old` }));
    expect(await refusal(work)).toEqual(DENIED);
  });

  it('is not told whether a key exists, since its listing depends on a prefix', async () => {
    expect(await refusal(get(miner, `${MINE}absent`))).toEqual(DENIED);
    expect(await refusal(get(admin, `${MINE}absent`))).toEqual({ status: 404, code: 'NoSuchKey' });
  });
});

describe('a session policy', () => {
  it('never widens its role', async () => {
    const everything = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    };
    const reader = harness.s3(await harness.assume(harness.cloud.roles.read, everything));
    expect((await get(reader, 'data/x/miner-b/1')).ContentLength).toBe(16);
    expect(await refusal(put(reader, `${MINE}x`))).toEqual(DENIED);
    expect(await refusal(get(reader, 'outside'))).toEqual(DENIED);
  });

  it('wins with a Deny over its own Allow', async () => {
    const policy = uploadPolicy();
    const denying = {
      ...policy,
      Statement: [
        ...policy.Statement,
        { Effect: 'Deny', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/${MINE}old` },
      ],
    };
    const client = harness.s3(await harness.assume(harness.cloud.roles.upload, denying));
    expect(await refusal(get(client, `${MINE}old`))).toEqual(DENIED);
    await put(client, `${MINE}old2`);
  });

  it.each([
    ['no JSON', '{'],
    [
      'a principal',
      { Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] },
    ],
    [
      'a variable',
      {
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: `arn:aws:s3:::b/${'$'}{aws:userid}` },
        ],
      },
    ],
    [
      'an unknown operator',
      {
        Statement: [
          {
            Effect: 'Allow',
            Action: '*',
            Resource: '*',
            Condition: { StringMatches: { 's3:prefix': 'a' } },
          },
        ],
      },
    ],
    [
      'an unknown key',
      {
        Statement: [
          {
            Effect: 'Allow',
            Action: '*',
            Resource: '*',
            Condition: { StringLike: { 's3:prefex': 'a' } },
          },
        ],
      },
    ],
    [
      'an unknown element',
      { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Conditions: {} }] },
    ],
    ['no statement', { Version: '2012-10-17', Statement: [] }],
  ])('with %s is malformed', async (_, policy) => {
    const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
    const work = harness.assume(harness.cloud.roles.upload, undefined, { Policy: text });
    expect(await refusal(work)).toMatchObject({
      status: 400,
      code: expect.stringContaining('MalformedPolicyDocument'),
    });
  });

  it('has at most 2,048 characters', async () => {
    const policy = JSON.stringify(uploadPolicy());
    await harness.assume(harness.cloud.roles.upload, undefined, { Policy: policy.padEnd(2048) });
    const work = harness.assume(harness.cloud.roles.upload, undefined, {
      Policy: policy.padEnd(2049),
    });
    expect(await refusal(work)).toMatchObject({ status: 400, code: 'ValidationError' });
  });
});

describe('AssumeRole', () => {
  it('answers who the session is and when it ends', async () => {
    const answer = await harness.sts(harness.cloud.service).send(
      new AssumeRoleCommand({
        RoleArn: harness.cloud.roles.upload,
        RoleSessionName: 'a'.repeat(64),
        SourceIdentity: 'hotkey',
        DurationSeconds: 900,
      }),
    );
    expect(answer.AssumedRoleUser?.Arn).toBe(
      `arn:aws:sts::123456789012:assumed-role/DataUniverseUploadRole/${'a'.repeat(64)}`,
    );
    expect(answer.SourceIdentity).toBe('hotkey');
    expect(answer.Credentials?.Expiration?.getTime()).toBe(Math.floor(now / 1000) * 1000 + 900_000);
  });

  it.each([
    ['a name of one character', { RoleSessionName: 'a' }],
    ['a name of 65 characters', { RoleSessionName: 'a'.repeat(65) }],
    ['a name with a slash', { RoleSessionName: 'a/b' }],
    ['under 900 seconds', { DurationSeconds: 899 }],
    ['over twelve hours', { DurationSeconds: 43_201 }],
    ['a source identity with a space', { SourceIdentity: 'a b' }],
  ])('refuses %s', async (_, input) => {
    const work = harness.assume(harness.cloud.roles.upload, undefined, input);
    expect(await refusal(work)).toEqual({ status: 400, code: 'ValidationError' });
  });

  it('refuses a role that is not there, and one that does not trust the caller, alike', async () => {
    const absent = harness.assume('arn:aws:iam::123456789012:role/Nobody');
    expect(await refusal(absent)).toEqual(DENIED);
    const untrusted = harness.assume(
      harness.cloud.roles.upload,
      undefined,
      {},
      harness.cloud.admin,
    );
    expect(await refusal(untrusted)).toEqual(DENIED);
  });

  it('refuses a session that would go on to another role', async () => {
    const session = await harness.assume(harness.cloud.roles.upload);
    const chained = harness.assume(harness.cloud.roles.read, undefined, {}, session);
    expect(await refusal(chained)).toEqual(DENIED);
  });

  it('tells a caller who it is', async () => {
    const session = await harness.assume(harness.cloud.roles.read);
    const identity = await harness.sts(session).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toMatch(/:assumed-role\/DataUniverseReadRole\/session$/);
  });
});

describe('credentials', () => {
  it('of the service user open nothing in S3', async () => {
    const service = harness.s3(harness.cloud.service);
    expect(await refusal(get(service, 'outside'))).toEqual(DENIED);
    expect(await refusal(list(service, { Prefix: 'data/' }))).toEqual(DENIED);
    expect(await refusal(put(service, `${MINE}x`))).toEqual(DENIED);
  });

  it('with the wrong secret or an unknown key are refused', async () => {
    const wrong = harness.s3({ ...harness.cloud.admin, secretAccessKey: 'guess' });
    expect(await refusal(get(wrong, 'outside'))).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    const unknown = harness.s3({ ...harness.cloud.admin, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' });
    expect(await refusal(get(unknown, 'outside'))).toEqual({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
  });

  it('with an altered, missing or foreign token are refused', async () => {
    const mine = await harness.assume(harness.cloud.roles.upload, uploadPolicy());
    const other = await harness.assume(harness.cloud.roles.upload, uploadPolicy('data/x/miner-b/'));
    const flipped = mine.sessionToken.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const sessionToken of [flipped, mine.sessionToken.slice(1), other.sessionToken, 'x']) {
      const work = get(harness.s3({ ...mine, sessionToken }), `${MINE}old`);
      expect(await refusal(work)).toEqual({ status: 400, code: 'InvalidToken' });
    }
    const bare = { accessKeyId: mine.accessKeyId, secretAccessKey: mine.secretAccessKey };
    expect(await refusal(get(harness.s3(bare), `${MINE}old`))).toMatchObject({ status: 403 });
    const onUser = { ...harness.cloud.service, sessionToken: mine.sessionToken };
    expect(await refusal(get(harness.s3(onUser), `${MINE}old`))).toMatchObject({ status: 400 });
  });

  it('outlive a restart and end when they say', async () => {
    const session = await harness.assume(harness.cloud.roles.upload, uploadPolicy(), {
      DurationSeconds: 900,
    });
    await harness.restart();
    admin = harness.s3(harness.cloud.admin);
    await put(harness.s3(session), `${MINE}after-restart`);
    now += 901_000;
    try {
      const late = harness.s3(session, { systemClockOffset: 901_000 });
      expect(await refusal(put(late, `${MINE}late`))).toEqual({
        status: 400,
        code: 'ExpiredToken',
      });
    } finally {
      now -= 901_000;
    }
  });

  it('are refused when the clock is sixteen minutes off either way', async () => {
    for (const offset of [-16, 16]) {
      now += offset * 60_000;
      try {
        const work = get(harness.s3(harness.cloud.admin), 'outside');
        expect(await refusal(work)).toEqual({ status: 403, code: 'RequestTimeTooSkewed' });
      } finally {
        now -= offset * 60_000;
      }
    }
  });
});
