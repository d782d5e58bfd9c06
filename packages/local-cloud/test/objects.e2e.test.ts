import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, type Harness, refusal, startHarness } from './support/harness.ts';

let harness: Harness;
let s3: S3Client;

beforeAll(async () => {
  harness = await startHarness();
  s3 = harness.s3(harness.cloud.admin);
});
afterAll(() => harness.stop());

const put = (Key: string, Body: string | Uint8Array, extra: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...extra }));
const text = async (Key: string, extra: object = {}) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key, ...extra }));
  return (await answer.Body?.transformToString()) ?? '';
};

describe('objects', () => {
  it('come back byte for byte, with their headers and metadata', async () => {
    await put('plain', 'héllo', {
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { Sha: 'abc' },
    });
    const answer = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'plain' }));
    expect(await answer.Body?.transformToString()).toBe('héllo');
    expect(answer).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentLength: 6,
      Metadata: { sha: 'abc' },
      ETag: '"be50e8478cf24ff3595bc7307fb91b50"',
    });
  });

  it.each([
    'a b',
    'a+b',
    'a%20b',
    'a%2Fb',
    'ü/日本/🎉',
    'a/../b',
    './a',
    '/leading',
    'a//b',
    'a&b=c?d#e',
    'quo\'te"s<>',
    'dot.',
    '~!*()',
    '../../../../etc/passwd',
  ])('are stored under the literal key %j', async (key) => {
    await put(key, key);
    expect(await text(key)).toBe(key);
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: key }));
    expect(listed.Contents?.map((object) => object.Key)).toContain(key);
  });

  it('are streamed up with a trailing checksum', async () => {
    const body = Buffer.alloc(300_000, 'stream');
    const pieces = [body.subarray(0, 100_000), body.subarray(100_000)];
    await s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: 'streamed',
        Body: Readable.from(pieces),
        ContentLength: body.length,
      }),
    );
    expect(await text('streamed')).toBe(body.toString());
  });

  it('are read by range, from either end', async () => {
    await put('digits', '0123456789');
    expect(await text('digits', { Range: 'bytes=2-4' })).toBe('234');
    expect(await text('digits', { Range: 'bytes=7-' })).toBe('789');
    expect(await text('digits', { Range: 'bytes=-3' })).toBe('789');
    expect(await text('digits', { Range: 'bytes=8-99' })).toBe('89');
    const answer = await s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'digits', Range: 'bytes=2-4' }),
    );
    expect(answer.ContentRange).toBe('bytes 2-4/10');
    expect(answer.$metadata.httpStatusCode).toBe(206);
  });

  it('refuse a range that starts past the end with their size', async () => {
    const work = s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'digits', Range: 'bytes=10-' }),
    );
    await expect(work).rejects.toMatchObject({ name: 'InvalidRange', ActualObjectSize: '10' });
  });

  it('are created once only with If-None-Match', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    expect(await refusal(put('once', 'second', { IfNoneMatch: '*' }))).toEqual({
      status: 412,
      code: 'PreconditionFailed',
    });
    expect(await text('once')).toBe('first');
  });

  it('let exactly one of twenty racing creators win', async () => {
    const racers = Array.from({ length: 20 }, (_, i) =>
      put('race', `racer ${i}`, { IfNoneMatch: '*' }).then(
        () => i,
        () => undefined,
      ),
    );
    const winners = (await Promise.all(racers)).filter((i) => i !== undefined);
    expect(winners).toHaveLength(1);
    expect(await text('race')).toBe(`racer ${winners[0]}`);
  });

  it('are replaced only at the expected version with If-Match', async () => {
    const { ETag } = await put('versioned', 'one');
    await put('versioned', 'two', { IfMatch: ETag });
    expect(await refusal(put('versioned', 'three', { IfMatch: ETag }))).toMatchObject({
      status: 412,
    });
    expect(await refusal(put('absent', 'x', { IfMatch: ETag }))).toMatchObject({ status: 404 });
  });

  it('keep a checksum that was right and give it back', async () => {
    await put('summed', 'x', { ChecksumAlgorithm: 'SHA256' });
    const head = await s3.send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: 'summed', ChecksumMode: 'ENABLED' }),
    );
    expect(head.ChecksumSHA256).toBe('LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=');
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'])('verify %s', async (algorithm) => {
    if (algorithm !== 'CRC64NVME') {
      await put('summed', 'payload', { ChecksumAlgorithm: algorithm });
    }
    const size = { CRC32: 4, CRC32C: 4, SHA1: 20, SHA256: 32, CRC64NVME: 8 }[algorithm] ?? 0;
    const wrong = { [`Checksum${algorithm}`]: Buffer.alloc(size, 7).toString('base64') };
    expect(await refusal(put('unsummed', 'payload', wrong))).toEqual({
      status: 400,
      code: 'BadDigest',
    });
    expect(await refusal(text('unsummed'))).toMatchObject({ status: 404 });
  });

  it('are gone once deleted, and deleting again is no error', async () => {
    await put('brief', 'x');
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'brief' }));
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'brief' }));
    expect(await refusal(text('brief'))).toEqual({ status: 404, code: 'NoSuchKey' });
  });

  it('are deleted many at a time', async () => {
    await put('many/<1>', 'x');
    await put('many/&2', 'x');
    const answer = await s3.send(
      new DeleteObjectsCommand({
        Bucket: BUCKET,
        Delete: { Objects: [{ Key: 'many/<1>' }, { Key: 'many/&2' }, { Key: 'many/absent' }] },
      }),
    );
    expect(answer.Deleted?.map((entry) => entry.Key)).toEqual([
      'many/<1>',
      'many/&2',
      'many/absent',
    ]);
    const left = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'many/' }));
    expect(left.KeyCount).toBe(0);
  });

  it('survive a restart, as do the keys', async () => {
    await put('kept', 'still here');
    const before = harness.cloud.admin;
    await harness.restart();
    expect(harness.cloud.admin).toEqual(before);
    s3 = harness.s3(harness.cloud.admin);
    expect(await text('kept')).toBe('still here');
  });
});

describe('listings', () => {
  const keys = ['l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/d/1', 'lz'];
  beforeAll(async () => {
    for (const key of keys) await put(key, 'x');
  });

  it('keep a/ apart from ab/', async () => {
    const answer = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'l/' }));
    expect(answer.Contents?.map((object) => object.Key)).toEqual(keys.slice(0, 5));
  });

  it('group by delimiter and go on over pages of one', async () => {
    const seen: string[] = [];
    const pages = paginateListObjectsV2(
      { client: s3, pageSize: 1 },
      { Bucket: BUCKET, Prefix: 'l/', Delimiter: '/' },
    );
    for await (const page of pages) {
      seen.push(...(page.Contents ?? []).map((object) => object.Key ?? ''));
      seen.push(...(page.CommonPrefixes ?? []).map((group) => group.Prefix ?? ''));
    }
    expect(seen).toEqual(['l/a', 'l/b/', 'l/c', 'l/d/']);
  });

  it('start after a key', async () => {
    const answer = await s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'l/', StartAfter: 'l/b/1' }),
    );
    expect(answer.Contents?.map((object) => object.Key)).toEqual(['l/b/2', 'l/c', 'l/d/1']);
  });

  it('page in the older form by marker', async () => {
    const first = await s3.send(
      new ListObjectsCommand({ Bucket: BUCKET, Prefix: 'l/', Delimiter: '/', MaxKeys: 2 }),
    );
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'l/b/' });
    const second = await s3.send(
      new ListObjectsCommand({
        Bucket: BUCKET,
        Prefix: 'l/',
        Delimiter: '/',
        Marker: first.NextMarker,
      }),
    );
    expect(second.Contents?.map((object) => object.Key)).toEqual(['l/c']);
    expect(second.CommonPrefixes).toEqual([{ Prefix: 'l/d/' }]);
  });

  it('refuse a continuation token they never gave', async () => {
    const work = s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: 'made-up' }),
    );
    expect(await refusal(work)).toEqual({ status: 400, code: 'InvalidArgument' });
  });
});
