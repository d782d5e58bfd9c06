import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { addressOf } from '@data-universe/core-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketPolicy } from '../src/bucket-policy.ts';
import type { PolicyDocument } from '../src/policy-document.ts';
import type { Revocations } from '../src/revocations.ts';
import { revokePolicy } from '../src/revoke-policy.ts';
import { DENIED, outcome } from './outcome.ts';
import { BUCKET, type Keys, NAMES, type PolicyCloud, startPolicyCloud } from './policy-cloud.ts';
import { withoutTlsOnly } from './policy-files.ts';

const MINER = addressOf(new Uint8Array(32).fill(1));
const OTHER = addressOf(new Uint8Array(32).fill(2));
const VALIDATOR = addressOf(new Uint8Array(32).fill(3));
const MINE = `data/x/${MINER}/`;
const THEIRS = `data/x/${OTHER}/`;
const CREATE = { IfNoneMatch: '*' };

let cloud: PolicyCloud;
let miner: S3Client;
let validator: S3Client;
/** Sessions of the bare roles: what is left when the session policy were wrong. */
let bareUploader: S3Client;
let bareReader: S3Client;

const bare = (of: PolicyCloud, role: string) =>
  of.assume(of.service, { RoleArn: role, SourceIdentity: MINER });
const put = (client: S3Client, Key: string, input: Partial<PutObjectCommandInput> = {}) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x', ...input }));
const get = (client: S3Client, Key: string) =>
  client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
const list = async (client: S3Client, Prefix?: string) => {
  const input = { Bucket: BUCKET, ...(Prefix !== undefined && { Prefix }) };
  const { Contents = [] } = await client.send(new ListObjectsV2Command(input));
  return Contents.map(({ Key }) => Key);
};
beforeAll(async () => {
  cloud = await startPolicyCloud();
  miner = cloud.s3(await cloud.issue('upload', MINER, MINE));
  validator = cloud.s3(await cloud.issue('read', VALIDATOR, MINE));
  bareUploader = cloud.s3(await bare(cloud, NAMES.uploadRoleArn));
  bareReader = cloud.s3(await bare(cloud, NAMES.readRoleArn));
  for (const key of [`${MINE}old`, `${THEIRS}old`, 'elsewhere/old']) await put(cloud.admin, key);
});
afterAll(() => cloud.close());

describe('a miner', () => {
  it('creates, reads back and lists what is under its prefix', async () => {
    await put(miner, `${MINE}new`, CREATE);
    expect(await (await get(miner, `${MINE}new`)).Body?.transformToString()).toBe('x');
    expect(await list(miner, MINE)).toContain(`${MINE}new`);
  });

  it('creates in parts, completes with If-None-Match alone, and may give up', async () => {
    const at = { Bucket: BUCKET, Key: `${MINE}parts` };
    const { UploadId } = await miner.send(new CreateMultipartUploadCommand(at));
    const { ETag } = await miner.send(
      new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'part' }),
    );
    const listed = await miner.send(new ListPartsCommand({ ...at, UploadId }));
    expect(listed.Parts).toHaveLength(1);
    const whole = { ...at, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    const complete = (input = {}) =>
      miner.send(new CompleteMultipartUploadCommand({ ...whole, ...input }));
    expect(await outcome(complete())).toBe(DENIED);
    expect(await outcome(complete(CREATE))).toBe('done');
    const second = await miner.send(new CreateMultipartUploadCommand(at));
    const abort = { ...at, UploadId: second.UploadId };
    expect(await outcome(miner.send(new AbortMultipartUploadCommand(abort)))).toBe('done');
  });

  it('never writes over anything, with or without If-None-Match', async () => {
    expect(await outcome(put(miner, `${MINE}old`, CREATE))).toBe('PreconditionFailed 412');
    expect(await outcome(put(miner, `${MINE}old`))).toBe(DENIED);
    expect(await outcome(put(miner, `${MINE}another`))).toBe(DENIED);
    const copy = { Bucket: BUCKET, Key: `${MINE}copy`, CopySource: `${BUCKET}/${MINE}old` };
    expect(await outcome(miner.send(new CopyObjectCommand(copy)))).toBe(DENIED);
  });

  it.each([THEIRS, 'elsewhere/', 'data/x/', 'data/', ''])('finds %s closed', async (prefix) => {
    expect(await outcome(put(miner, `${prefix}new`, CREATE))).toBe(DENIED);
    expect(await outcome(get(miner, `${prefix}old`))).toBe(DENIED);
    expect(await outcome(list(miner, prefix))).toBe(DENIED);
  });
});

describe('a validator', () => {
  it('reads and lists the miner it asked for', async () => {
    expect(await (await get(validator, `${MINE}old`)).Body?.transformToString()).toBe(`x`);
    expect(await list(validator, MINE)).toContain(`${MINE}old`);
  });

  it('neither writes nor sees another miner', async () => {
    expect(await outcome(put(validator, `${MINE}new`, CREATE))).toBe(DENIED);
    expect(await outcome(get(validator, `${THEIRS}old`))).toBe(DENIED);
    expect(await outcome(list(validator, THEIRS))).toBe(DENIED);
    expect(await outcome(list(validator))).toBe(DENIED);
  });
});

const at = { Bucket: BUCKET, Key: `${MINE}old` };
const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] };
const FORBIDDEN: ReadonlyArray<readonly [string, (client: S3Client) => Promise<unknown>]> = [
  ['deletes', (c) => c.send(new DeleteObjectCommand(at))],
  ['deletes a version', (c) => c.send(new DeleteObjectCommand({ ...at, VersionId: 'v' }))],
  ['reads an ACL', (c) => c.send(new GetObjectAclCommand(at))],
  ['sets an ACL', (c) => c.send(new PutObjectAclCommand({ ...at, ACL: 'public-read' }))],
  ['reads tags', (c) => c.send(new GetObjectTaggingCommand(at))],
  ['sets tags', (c) => c.send(new PutObjectTaggingCommand({ ...at, Tagging }))],
  ['removes tags', (c) => c.send(new DeleteObjectTaggingCommand(at))],
  ['lists versions', (c) => c.send(new ListObjectVersionsCommand({ Bucket: BUCKET }))],
  ['lists uploads', (c) => c.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))],
  ['removes the bucket policy', (c) => c.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }))],
  [
    'stops the versions',
    (c) =>
      c.send(
        new PutBucketVersioningCommand({
          Bucket: BUCKET,
          VersioningConfiguration: { Status: 'Suspended' },
        }),
      ),
  ],
];

describe('nobody with a session', () => {
  it.each(FORBIDDEN)('%s', async (_, request) => {
    for (const client of [miner, validator, bareUploader, bareReader])
      expect(await outcome(request(client))).toBe(DENIED);
  });

  it('deletes by the batch', async () => {
    const Delete = { Objects: [{ Key: at.Key }] };
    for (const client of [miner, validator, bareUploader, bareReader]) {
      const { Deleted, Errors } = await client.send(
        new DeleteObjectsCommand({ Bucket: BUCKET, Delete }),
      );
      expect(Deleted ?? []).toEqual([]);
      expect(Errors?.map(({ Code }) => Code)).toEqual(['AccessDenied']);
    }
  });

  it('leaves data/, even without a session policy', async () => {
    for (const client of [bareUploader, bareReader]) {
      expect(await outcome(put(client, 'elsewhere/new', CREATE))).toBe(DENIED);
      expect(await outcome(get(client, 'elsewhere/old'))).toBe(DENIED);
      expect(await outcome(list(client, 'elsewhere/'))).toBe(DENIED);
      expect(await outcome(list(client))).toBe(DENIED);
    }
    expect(await list(bareReader, 'data/')).toContain(at.Key);
  });

  it('gains by what is attached to the role: the bucket still refuses', async () => {
    const attached = [
      {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      },
    ];
    const careless = await startPolicyCloud({ attached });
    try {
      const mighty = careless.s3(await bare(careless, NAMES.uploadRoleArn));
      expect(await outcome(put(mighty, 'elsewhere/new', CREATE))).toBe('done');
      expect(await outcome(put(mighty, `${MINE}new`))).toBe(DENIED);
      for (const [, request] of FORBIDDEN) expect(await outcome(request(mighty))).toBe(DENIED);
    } finally {
      await careless.close();
    }
  });
});

describe('the two roles', () => {
  const roles = [NAMES.uploadRoleArn, NAMES.readRoleArn];

  it.each(roles)(
    '%s is assumed by the service alone, even an administrator is not',
    async (RoleArn) => {
      const lambda = cloud.cloud.users.get('lambda');
      if (lambda === undefined) throw new Error('no keys');
      for (const caller of [cloud.cloud.admin, cloud.cloud.service, lambda])
        expect(await outcome(cloud.assume(caller, { RoleArn, SourceIdentity: MINER }))).toBe(
          DENIED,
        );
    },
  );

  it.each(roles)(
    '%s is given for a hotkey by name alone, and for an hour at most',
    async (RoleArn) => {
      expect(await outcome(cloud.assume(cloud.service, { RoleArn }))).toBe(DENIED);
      const named = (SourceIdentity: string, DurationSeconds = 900) =>
        outcome(cloud.assume(cloud.service, { RoleArn, SourceIdentity, DurationSeconds }));
      expect(await named('somebody')).toBe(DENIED);
      expect(await named(MINER)).toBe('done');
      expect(await named(MINER, 3601)).toBe('ValidationError 400');
    },
  );

  it('do not come with the service: its own role opens no object', async () => {
    const service = cloud.s3(cloud.service);
    expect(await outcome(get(service, at.Key))).toBe(DENIED);
    expect(await outcome(put(service, `${MINE}new`, CREATE))).toBe(DENIED);
    expect(await outcome(list(service, MINE))).toBe(DENIED);
  });
});

describe('the levers on live sessions', () => {
  let directory: string;
  let mine: Keys;
  let theirs: Keys;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'infra-levers-'));
    const before = await startPolicyCloud({ directory });
    mine = await before.issue('upload', MINER, MINE);
    theirs = await before.issue('upload', OTHER, THEIRS);
    await before.close();
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** What becomes of the two sessions, and of the bucket's owner, once the bucket has this policy. */
  const after = async (policy: PolicyDocument) => {
    const running = await startPolicyCloud({ directory, policy: withoutTlsOnly(policy) });
    try {
      const tries = [mine, theirs, running.cloud.admin].map((keys, index) =>
        outcome(put(running.s3(keys), `${index === 1 ? THEIRS : MINE}${randomUUID()}`, CREATE)),
      );
      const [miner, other, owner] = await Promise.all(tries);
      return { miner, other, owner, list: await outcome(list(running.s3(mine), MINE)) };
    } finally {
      await running.close();
    }
  };
  const MINUTE = 60_000;
  const time = (shift: number) => new Date(Date.now() + shift).toISOString();
  const OPEN = { miner: 'done', other: 'done', owner: 'done', list: 'done' };

  it.each(['source-identity', 'session-name'] as const)(
    'refuse one hotkey, or all that was issued before a time, by %s, and can be taken back',
    async (mark) => {
      const revoke = (current: object, revocations: Revocations): PolicyDocument =>
        JSON.parse(revokePolicy(JSON.stringify(current), { bucket: BUCKET, revocations, mark }));
      const plain = bucketPolicy(NAMES);
      const oneHotkey = revoke(plain, { revokedHotkeys: [MINER] });
      expect(await after(oneHotkey)).toEqual({ ...OPEN, miner: DENIED, list: DENIED });
      const allSessions = revoke(oneHotkey, { revokeSessionsBefore: time(MINUTE) });
      expect(await after(allSessions)).toEqual({
        miner: DENIED,
        other: DENIED,
        owner: 'done',
        list: DENIED,
      });
      expect(await after(revoke(plain, { revokeSessionsBefore: time(-MINUTE) }))).toEqual(OPEN);
      expect(revoke(allSessions, {})).toEqual(plain);
    },
  );
});

it('where earlier miners are served their folders are not create-only, those of the sources are', async () => {
  const policy = withoutTlsOnly(bucketPolicy(NAMES, { earlierMiners: true }));
  const running = await startPolicyCloud({ policy });
  try {
    const earlier = `data/1/${MINER}/`;
    for (const [prefix, expected] of [
      [earlier, 'done'],
      [MINE, DENIED],
    ] as const) {
      const uploader = running.s3(await running.issue('upload', MINER, prefix));
      expect(await outcome(put(uploader, `${prefix}new`))).toBe(expected);
      expect(await outcome(put(uploader, `${prefix}created`, CREATE))).toBe('done');
    }
  } finally {
    await running.close();
  }
});

it('without TLS the bucket is closed to everybody', async () => {
  const policy = bucketPolicy(NAMES);
  const plain = await startPolicyCloud({ policy });
  try {
    const uploader = plain.s3(await plain.issue('upload', MINER, MINE));
    for (const client of [uploader, plain.admin])
      expect(await outcome(put(client, `${MINE}new`, CREATE))).toBe(DENIED);
  } finally {
    await plain.close();
  }
});
