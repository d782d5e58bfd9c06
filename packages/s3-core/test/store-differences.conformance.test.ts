import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { bytesSource, parseObjectKey, sha256Of } from '@data-universe/storage-core';
import { expect, it } from 'vitest';
import { describeRealStores, type RealStore } from './support/real-stores.ts';

/** What S3 does, and what a store does instead. A store that learns it makes its test fail: good news to write down. */
const EXPECTED = {
  wrongChecksum: { 'local cloud': 400, 'Ceph RGW': 200 },
  keepsChecksum: { 'local cloud': true, 'Ceph RGW': false },
  trailer: { 'local cloud': 200, 'Ceph RGW': 411 },
  wrongPayloadHash: { 'local cloud': 400, 'Ceph RGW': 400 },
  takenKeyAtCompletion: { 'local cloud': 412, 'Ceph RGW': 200 },
  takenKeyAtPut: { 'local cloud': 412, 'Ceph RGW': 412 },
} as const;

const OTHER_SHA256 = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

/** The HTTP status of an answer, whichever it is. */
async function statusOf(
  work: Promise<{ $metadata: { httpStatusCode?: number } }>,
): Promise<number | undefined> {
  const answer: unknown = await work.catch((error: unknown) => error);
  expect(answer).toHaveProperty('$metadata.httpStatusCode');
  return (answer as Awaited<typeof work>).$metadata.httpStatusCode;
}

async function completeOver({ client, bucket }: RealStore, key: string) {
  const object = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  const part = { ...object, UploadId, PartNumber: 1, Body: 'part' };
  const { ETag } = await client.send(new UploadPartCommand(part));
  return client.send(
    new CompleteMultipartUploadCommand({
      ...object,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      IfNoneMatch: '*',
    }),
  );
}

describeRealStores('what S3Backend does not leave to the store:', (store, kind) => {
  it(`a wrong x-amz-checksum-sha256 is answered ${EXPECTED.wrongChecksum[kind]}`, async () => {
    const { client, bucket } = store();
    const object = { Bucket: bucket, Key: 'checksum', Body: 'body' };
    const put = client.send(new PutObjectCommand({ ...object, ChecksumSHA256: OTHER_SHA256 }));
    expect(await statusOf(put)).toBe(EXPECTED.wrongChecksum[kind]);
  });

  const keeps = EXPECTED.keepsChecksum[kind];
  it(`a right one is ${keeps ? 'given back' : 'forgotten, so that metadata has to hold it'}`, async () => {
    const { backend, client, bucket } = store();
    const bytes = Buffer.from('body');
    const key = parseObjectKey('kept');
    await backend.put(key, bytesSource(bytes), { sha256: sha256Of(bytes) });
    const head = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
    );
    expect(head.ChecksumSHA256 !== undefined).toBe(keeps);
    expect((await backend.head(key)).sha256).toBe(sha256Of(bytes));
  });

  it(`a streamed body with the SDK's trailer is answered ${EXPECTED.trailer[kind]}`, async () => {
    const { bucket, endpoint, region, client } = store();
    const asByDefault = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: client.config.credentials,
      maxAttempts: 1,
      logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    });
    const put = asByDefault.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: 'trailer',
        Body: Readable.from([Buffer.from('body')]),
        ContentLength: 4,
      }),
    );
    expect(await statusOf(put)).toBe(EXPECTED.trailer[kind]);
    asByDefault.destroy();
  });

  it(`a body other than the signed one is answered ${EXPECTED.wrongPayloadHash[kind]}`, async () => {
    const { client, bucket } = store();
    const command = new PutObjectCommand({ Bucket: bucket, Key: 'payload', Body: 'body' });
    command.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        headers['x-amz-content-sha256'] = '0'.repeat(64);
        return next(args);
      },
      { step: 'build' },
    );
    expect(await statusOf(client.send(command))).toBe(EXPECTED.wrongPayloadHash[kind]);
  });

  it(`If-None-Match for a key that is taken is answered ${EXPECTED.takenKeyAtPut[kind]} by a put`, async () => {
    const { client, bucket } = store();
    const object = { Bucket: bucket, Key: 'taken', Body: 'body' };
    await client.send(new PutObjectCommand(object));
    const put = client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
    expect(await statusOf(put)).toBe(EXPECTED.takenKeyAtPut[kind]);
  });

  it(`and ${EXPECTED.takenKeyAtCompletion[kind]} where a multipart upload completes`, async () => {
    const { client, bucket } = store();
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'completed', Body: 'body' }));
    const status = await statusOf(completeOver(store(), 'completed'));
    expect(status).toBe(EXPECTED.takenKeyAtCompletion[kind]);
  });
});
