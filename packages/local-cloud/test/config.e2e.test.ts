import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MalformedPolicyError, startLocalCloud } from '../src/index.ts';
import {
  BUCKET,
  type Harness,
  MINE,
  refusal,
  startHarness,
  uploadPolicy,
} from './support/harness.ts';

const FIRST = 'arn:aws:iam::123456789012:role/First';
const SECOND = 'arn:aws:iam::123456789012:role/Second';
const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const DENIED = { status: 403, code: 'AccessDenied' };

let harness: Harness;
let now = 0;

beforeAll(async () => {
  now = Date.now();
  const steps = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
  harness = await startHarness({
    clock: () => now,
    config: {
      minSessionSeconds: 1,
      buckets: [
        {
          name: BUCKET,
          policy: document({
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: `arn:aws:s3:::${BUCKET}/*`,
            Condition: { StringEquals: { 'aws:SourceIdentity': 'banned' } },
          }),
        },
        { name: 'second-bucket' },
      ],
      users: [
        {
          name: 'reader',
          policies: [
            document({
              Effect: 'Allow',
              Action: 's3:GetObject',
              Resource: 'arn:aws:s3:::second-bucket/*',
            }),
          ],
        },
      ],
      roles: [
        {
          name: 'First',
          trustPolicy: document({
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::123456789012:user/service' },
            Action: steps,
          }),
          policies: [document({ Effect: 'Allow', Action: steps, Resource: SECOND })],
        },
        {
          name: 'Second',
          trustPolicy: document({
            Effect: 'Allow',
            Principal: { AWS: '123456789012' },
            Action: steps,
          }),
          policies: [document({ Effect: 'Allow', Action: 's3:*', Resource: '*' })],
        },
      ],
    },
  });
});
afterAll(() => harness.stop());

const put = (client: S3Client, Key: string, Bucket = BUCKET) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));

describe('the configuration', () => {
  it('adds users, whose keys are made for them, and buckets', async () => {
    await put(harness.s3(harness.cloud.admin), 'k', 'second-bucket');
    const key = harness.cloud.users.get('reader');
    const reader = harness.s3(key ?? harness.cloud.service);
    const get = (Bucket: string) => reader.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect((await get('second-bucket')).ContentLength).toBe(1);
    expect(await refusal(get(BUCKET))).toEqual(DENIED);
    expect(await refusal(put(reader, 'k', 'second-bucket'))).toEqual(DENIED);
  });

  it('can bar one source identity from a bucket', async () => {
    const as = async (SourceIdentity: string) =>
      harness.s3(
        await harness.assume(harness.cloud.roles.upload, uploadPolicy(), { SourceIdentity }),
      );
    await put(await as('good'), `${MINE}1`);
    expect(await refusal(put(await as('banned'), `${MINE}2`))).toEqual(DENIED);
  });

  it('can let sessions end within a second', async () => {
    const session = await harness.assume(harness.cloud.roles.upload, uploadPolicy(), {
      DurationSeconds: 1,
    });
    now += 1500;
    expect(await refusal(put(harness.s3(session), `${MINE}late`))).toEqual({
      status: 400,
      code: 'ExpiredToken',
    });
    expect(await refusal(harness.assume(SECOND, undefined, {}, session))).toMatchObject({
      status: 403,
    });
  });

  it('is refused where a policy of it is malformed', async () => {
    const role = { name: 'R', trustPolicy: document({ Effect: 'Allow' }), policies: [] };
    const start = startLocalCloud({
      directory: `${harness.directory}/x`,
      config: { roles: [role] },
    });
    await expect(start).rejects.toThrow(MalformedPolicyError);
  });
});

describe('a role assumed from a role', () => {
  it('lasts an hour at most and keeps the source identity it came with', async () => {
    const first = await harness.assume(FIRST, undefined, { SourceIdentity: 'hotkey' });
    const chain = (input: object) => harness.assume(SECOND, undefined, input, first);
    expect(await refusal(chain({ DurationSeconds: 3601 }))).toEqual({
      status: 400,
      code: 'ValidationError',
    });
    expect(await refusal(chain({ SourceIdentity: 'other' }))).toEqual(DENIED);
    const answer = await harness
      .sts(first)
      .send(new AssumeRoleCommand({ RoleArn: SECOND, RoleSessionName: 'second' }));
    expect(answer.SourceIdentity).toBe('hotkey');
  });

  it('needs a permission of its own where the trust names the account alone', async () => {
    const uploader = await harness.assume(harness.cloud.roles.upload);
    expect(await refusal(harness.assume(SECOND, undefined, {}, uploader))).toEqual(DENIED);
    expect(await refusal(harness.assume(SECOND))).toEqual(DENIED);
    await harness.assume(SECOND, undefined, {}, harness.cloud.admin);
  });
});

describe('two creators of one key', () => {
  it('end in a conflict for the one whose body was still on its way', async () => {
    const admin = harness.s3(harness.cloud.admin);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const body = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000);
        begun();
        await released;
        yield Buffer.alloc(100_000);
      })(),
    );
    const slow = admin.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: 'contested',
        Body: body,
        ContentLength: 200_000,
        IfNoneMatch: '*',
      }),
    );
    const outcome = refusal(slow);
    await started;
    await expect.poll(() => temporaryFiles()).toBeGreaterThan(0);
    await admin.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: 'contested', Body: 'quick', IfNoneMatch: '*' }),
    );
    release();
    expect(await outcome).toEqual({ status: 409, code: 'ConditionalRequestConflict' });
    const kept = await admin.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'contested' }));
    expect(await kept.Body?.transformToString()).toBe('quick');
    expect(await temporaryFiles()).toBe(0);
  });
});

async function temporaryFiles(): Promise<number> {
  return (await readdir(path.join(harness.directory, 'tmp'))).length;
}
