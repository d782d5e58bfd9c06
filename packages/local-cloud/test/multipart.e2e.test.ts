import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUCKET,
  type Harness,
  MINE,
  refusal,
  startHarness,
  uploadPolicy,
} from './support/harness.ts';

const MIB5 = 5 * 1024 * 1024;
const DENIED = { status: 403, code: 'AccessDenied' };
let harness: Harness;
let admin: S3Client;
let miner: S3Client;
let neighbour: S3Client;

beforeAll(async () => {
  harness = await startHarness();
  admin = harness.s3(harness.cloud.admin);
  const session = (prefix: string) =>
    harness.assume(harness.cloud.roles.upload, uploadPolicy(prefix));
  miner = harness.s3(await session(MINE));
  neighbour = harness.s3(await session('data/x/miner-b/'));
});
afterAll(() => harness.stop());

const create = async (client: S3Client, Key: string, extra: object = {}) => {
  const answer = await client.send(
    new CreateMultipartUploadCommand({ Bucket: BUCKET, Key, ...extra }),
  );
  return answer.UploadId ?? '';
};
const part = async (
  client: S3Client,
  Key: string,
  UploadId: string,
  PartNumber: number,
  Body: Buffer,
  extra: object = {},
) => {
  const answer = await client.send(
    new UploadPartCommand({ Bucket: BUCKET, Key, UploadId, PartNumber, Body, ...extra }),
  );
  const { ETag, ChecksumSHA256, ChecksumCRC32 } = answer;
  return { ETag, PartNumber, ChecksumSHA256, ChecksumCRC32 };
};
const complete = (client: S3Client, Key: string, UploadId: string, Parts: object[], extra = {}) =>
  client.send(
    new CompleteMultipartUploadCommand({
      Bucket: BUCKET,
      Key,
      UploadId,
      MultipartUpload: { Parts },
      ...extra,
    }),
  );
const size = async (Key: string) =>
  (await admin.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))).ContentLength;

describe('a multipart upload', () => {
  it('joins its parts in order, with the composite ETag and checksum', async () => {
    const key = `${MINE}large`;
    const bodies = [Buffer.alloc(MIB5, 'a'), Buffer.alloc(MIB5, 'b'), Buffer.from('end')];
    const id = await create(miner, key, { ChecksumAlgorithm: 'SHA256', ContentType: 'text/plain' });
    const parts = [];
    for (const [i, body] of bodies.entries()) {
      parts.unshift(await part(miner, key, id, i + 1, body, { ChecksumAlgorithm: 'SHA256' }));
    }
    const done = await complete(miner, key, id, parts.reverse());
    const digest = (algorithm: string, data: Buffer) => createHash(algorithm).update(data).digest();
    const of = (algorithm: string) =>
      digest(algorithm, Buffer.concat(bodies.map((body) => digest(algorithm, body))));
    expect(done.ETag).toBe(`"${of('md5').toString('hex')}-3"`);
    expect(done.ChecksumSHA256).toBe(`${of('sha256').toString('base64')}-3`);
    const answer = await miner.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    const bytes = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat(bodies))).toBe(true);
    expect(answer.ContentType).toBe('text/plain');
    expect(await refusal(complete(miner, key, id, parts))).toEqual({
      status: 404,
      code: 'NoSuchUpload',
    });
  });

  it('has a checksum of the whole where that was asked for', async () => {
    const id = await create(admin, 'whole', {
      ChecksumAlgorithm: 'CRC32',
      ChecksumType: 'FULL_OBJECT',
    });
    const first = await part(admin, 'whole', id, 1, Buffer.alloc(MIB5, 'a'));
    const second = await part(admin, 'whole', id, 2, Buffer.from('end'));
    const wrong = complete(admin, 'whole', id, [first, second], {
      ChecksumCRC32: 'AAAAAA==',
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await refusal(wrong)).toEqual({ status: 400, code: 'BadDigest' });
    const done = await complete(admin, 'whole', id, [first, second]);
    expect(done).toMatchObject({ ChecksumType: 'FULL_OBJECT', ChecksumCRC32: expect.any(String) });
    await admin.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'whole' })).then((answer) =>
      // The SDK itself recomputes the checksum it is given.
      answer.Body?.transformToByteArray(),
    );
  });

  it('refuses small parts, wrong tags, wrong order and none at all', async () => {
    const id = await create(admin, 'picky');
    const first = await part(admin, 'picky', id, 1, Buffer.from('small'));
    const second = await part(admin, 'picky', id, 2, Buffer.from('small'));
    const tryWith = (parts: object[]) => refusal(complete(admin, 'picky', id, parts));
    expect(await tryWith([first, second])).toEqual({ status: 400, code: 'EntityTooSmall' });
    expect(await tryWith([second, first])).toEqual({ status: 400, code: 'InvalidPartOrder' });
    expect(await tryWith([{ ...first, ETag: '"0"' }])).toEqual({
      status: 400,
      code: 'InvalidPart',
    });
    expect(await tryWith([{ ...first, PartNumber: 3 }])).toEqual({
      status: 400,
      code: 'InvalidPart',
    });
    expect(await tryWith([])).toMatchObject({ status: 400 });
    await complete(admin, 'picky', id, [second]);
    expect(await size('picky')).toBe(5);
  });

  it('is created once only with If-None-Match, and may then still be aborted', async () => {
    await admin.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'taken', Body: 'x' }));
    const id = await create(admin, 'taken');
    const only = await part(admin, 'taken', id, 1, Buffer.from('new'));
    const work = complete(admin, 'taken', id, [only], { IfNoneMatch: '*' });
    expect(await refusal(work)).toEqual({ status: 412, code: 'PreconditionFailed' });
    await admin.send(
      new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: 'taken', UploadId: id }),
    );
    expect(await refusal(complete(admin, 'taken', id, [only]))).toMatchObject({ status: 404 });
    expect(await size('taken')).toBe(1);
  });

  it('lists its parts and itself, page by page', async () => {
    const ids = [
      await create(admin, 'u/1'),
      await create(admin, 'u/1'),
      await create(admin, 'u/2/x'),
    ];
    await part(admin, 'u/1', ids[0] ?? '', 1, Buffer.from('1'));
    await part(admin, 'u/1', ids[0] ?? '', 7, Buffer.from('77'));
    const page = await admin.send(
      new ListPartsCommand({ Bucket: BUCKET, Key: 'u/1', UploadId: ids[0], MaxParts: 1 }),
    );
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1' });
    const rest = await admin.send(
      new ListPartsCommand({
        Bucket: BUCKET,
        Key: 'u/1',
        UploadId: ids[0],
        PartNumberMarker: page.NextPartNumberMarker,
      }),
    );
    expect(rest.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([[7, 2]]);

    const seen = [];
    let markers = {};
    for (let more = true; more; ) {
      const uploads = await admin.send(
        new ListMultipartUploadsCommand({
          Bucket: BUCKET,
          Prefix: 'u/',
          MaxUploads: 1,
          ...markers,
        }),
      );
      seen.push(...(uploads.Uploads ?? []).map((upload) => upload.UploadId));
      markers = { KeyMarker: uploads.NextKeyMarker, UploadIdMarker: uploads.NextUploadIdMarker };
      more = uploads.IsTruncated === true;
    }
    expect(seen.sort()).toEqual(ids.sort());
    const grouped = await admin.send(
      new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: 'u/', Delimiter: '/' }),
    );
    expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'u/2/' }]);
  });

  it('outlives a restart', async () => {
    const id = await create(admin, 'patient');
    const only = await part(admin, 'patient', id, 1, Buffer.from('waited'));
    await harness.restart();
    admin = harness.s3(harness.cloud.admin);
    miner = harness.s3(await harness.assume(harness.cloud.roles.upload, uploadPolicy()));
    neighbour = harness.s3(
      await harness.assume(harness.cloud.roles.upload, uploadPolicy('data/x/miner-b/')),
    );
    await complete(admin, 'patient', id, [only]);
    expect(await size('patient')).toBe(6);
  });
});

describe('a stolen upload id', () => {
  it('opens nothing: neither under its own key nor under the thief’s', async () => {
    const key = `${MINE}stolen`;
    const theirs = 'data/x/miner-b/stolen';
    const id = await create(miner, key);
    const own = await part(miner, key, id, 1, Buffer.from('mine'));
    expect(await refusal(part(neighbour, key, id, 1, Buffer.from('x')))).toEqual(DENIED);
    expect(await refusal(complete(neighbour, key, id, [own]))).toEqual(DENIED);
    const gone = { status: 404, code: 'NoSuchUpload' };
    expect(await refusal(part(neighbour, theirs, id, 1, Buffer.from('x')))).toEqual(gone);
    expect(await refusal(complete(neighbour, theirs, id, [own]))).toEqual(gone);
    const abort = (Key: string) =>
      neighbour.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key, UploadId: id }));
    expect(await refusal(abort(key))).toEqual(DENIED);
    expect(await refusal(abort(theirs))).toEqual(gone);
    const parts = neighbour.send(
      new ListPartsCommand({ Bucket: BUCKET, Key: theirs, UploadId: id }),
    );
    expect(await refusal(parts)).toEqual(gone);
    await complete(miner, key, id, [own]);
  });
});

describe('a copy', () => {
  beforeAll(async () => {
    for (const Key of [`${MINE}source`, 'data/x/miner-b/source']) {
      await admin.send(
        new PutObjectCommand({ Bucket: BUCKET, Key, Body: `of ${Key}`, Metadata: { a: 'b' } }),
      );
    }
  });
  const copy = (client: S3Client, from: string, Key: string, extra: object = {}) =>
    client.send(
      new CopyObjectCommand({
        Bucket: BUCKET,
        Key,
        CopySource: encodeURI(`${BUCKET}/${from}`),
        ...extra,
      }),
    );

  it('within its own prefix keeps bytes and metadata', async () => {
    await copy(miner, `${MINE}source`, `${MINE}copy ü`);
    const answer = await miner.send(new GetObjectCommand({ Bucket: BUCKET, Key: `${MINE}copy ü` }));
    expect(await answer.Body?.transformToString()).toBe(`of ${MINE}source`);
    expect(answer.Metadata).toEqual({ a: 'b' });
  });

  it('needs to read the source and to write the target', async () => {
    expect(await refusal(copy(miner, 'data/x/miner-b/source', `${MINE}taken`))).toEqual(DENIED);
    expect(await refusal(copy(miner, `${MINE}source`, 'data/x/miner-b/given'))).toEqual(DENIED);
    expect(await refusal(copy(miner, `${MINE}../miner-b/source`, `${MINE}taken`))).toMatchObject({
      status: 403,
    });
  });

  it('of a part needs them too', async () => {
    const key = `${MINE}from-parts`;
    const id = await create(miner, key);
    const copyPart = (from: string) =>
      miner.send(
        new UploadPartCopyCommand({
          Bucket: BUCKET,
          Key: key,
          UploadId: id,
          PartNumber: 1,
          CopySource: `${BUCKET}/${from}`,
          CopySourceRange: 'bytes=3-6',
        }),
      );
    expect(await refusal(copyPart('data/x/miner-b/source'))).toEqual(DENIED);
    const { CopyPartResult } = await copyPart(`${MINE}source`);
    await complete(miner, key, id, [{ ETag: CopyPartResult?.ETag, PartNumber: 1 }]);
    expect(await size(key)).toBe(4);
  });

  it('does not overwrite with If-None-Match, nor copy onto itself', async () => {
    const taken = copy(admin, `${MINE}source`, 'data/x/miner-b/source', { IfNoneMatch: '*' });
    expect(await refusal(taken)).toMatchObject({ status: 412 });
    expect(await refusal(copy(admin, `${MINE}source`, `${MINE}source`))).toEqual({
      status: 400,
      code: 'InvalidRequest',
    });
  });
});
