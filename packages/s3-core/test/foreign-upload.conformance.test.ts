import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { bytesSource, parseObjectKey, readAll, sha256Of } from '@data-universe/storage-core';
import { expect, it, onTestFinished } from 'vitest';
import { S3Connection } from '../src/connection.ts';
import { createObject } from '../src/create-object.ts';
import { FileUploadJournal, S3Backend } from '../src/index.ts';
import { completeUpload } from '../src/multipart-requests.ts';
import { Progress } from '../src/progress.ts';
import type { Upload } from '../src/upload.ts';
import { describeRealStores, type RealStore } from './support/real-stores.ts';

const PART = 5 * 1024 * 1024;
const BYTES = Buffer.alloc(PART + 5, 7);
const SHA256 = sha256Of(BYTES);

const newKey = () => parseObjectKey(`foreign/${randomUUID()}`);

/** An upload of another key, with one part. */
async function foreignUpload({ client, bucket }: RealStore) {
  const object = { Bucket: bucket, Key: newKey() };
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(object));
  const part = { ...object, UploadId, PartNumber: 1, Body: 'part' };
  const { ETag } = await client.send(new UploadPartCommand(part));
  return { object, UploadId, ETag };
}

type Foreign = Awaited<ReturnType<typeof foreignUpload>>;

/** The foreign upload is as it was, and can be completed by those whose it is. */
async function expectUntouched({ client }: RealStore, { object, UploadId, ETag }: Foreign) {
  const { Parts = [] } = await client.send(new ListPartsCommand({ ...object, UploadId }));
  expect(Parts.map((part) => part.ETag)).toEqual([ETag]);
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }));
  expect(await client.send(new HeadObjectCommand(object))).toMatchObject({ ContentLength: 4 });
}

function optionsOf({ endpoint, region, bucket, client }: RealStore) {
  const credentials = () => client.config.credentials();
  return { endpoint, region, bucket, credentials, partSize: PART, maxAttempts: 3 };
}

describeRealStores('the upload of another key', (store, kind) => {
  it('in the journal is left alone, and one of our own begun', async () => {
    const folder = await mkdtemp(join(tmpdir(), 's3-core-foreign-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const foreign = await foreignUpload(store());
    const key = newKey();
    const uploadJournal = new FileUploadJournal(folder);
    await uploadJournal.save(key, {
      uploadId: foreign.UploadId,
      size: BYTES.length,
      partSize: PART,
      sha256: SHA256,
      startedAt: new Date(),
    });
    const backend = new S3Backend({ ...optionsOf(store()), uploadJournal });
    onTestFinished(() => backend.close());
    await backend.put(key, bytesSource(BYTES), { sha256: SHA256 });
    expect(BYTES.equals(await readAll((await backend.get(key)).body))).toBe(true);
    expect(await uploadJournal.load(key)).toBeUndefined();
    await expectUntouched(store(), foreign);
  }, 60_000);

  const answer = kind === 'Ceph RGW' ? '500' : '404';
  it(`can't be completed as ours: ${answer}, repeated a few times at most, is Unavailable`, async () => {
    const foreign = await foreignUpload(store());
    const connection = new S3Connection(optionsOf(store()));
    onTestFinished(() => connection.close());
    const key = newKey();
    let asked = 0;
    const upload: Upload = {
      key,
      source: bytesSource(BYTES),
      sha256: SHA256,
      createOnly: true,
      call: { operation: 'put', key },
      progress: new Progress(key, BYTES.length),
    };
    const completed = createObject(connection, upload, '', () => {
      asked += 1;
      const parts = [{ PartNumber: 1, ETag: foreign.ETag ?? '' }];
      return completeUpload(connection, upload, foreign.UploadId, parts);
    });
    await expect(completed).rejects.toMatchObject({
      name: 'StorageError',
      code: 'Unavailable',
      operation: 'put',
      key,
    });
    expect(asked).toBe(kind === 'Ceph RGW' ? 3 : 1);
    await expectUntouched(store(), foreign);
  }, 60_000);
});
