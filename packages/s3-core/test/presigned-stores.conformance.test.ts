import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CredentialsClient, signerFromUri } from '@data-universe/core-auth';
import { startCredentialService, startLocalCloud } from '@data-universe/local-cloud';
import {
  type ByteSource,
  bytesSource,
  parseKeyPrefix,
  parseObjectKey,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithCeph, sharedCeph } from '../../../scripts/ceph/for-tests.ts';
import { openGrantedStore, type S3Backend } from '../src/index.ts';

const signer = signerFromUri('//Miner');
const own = `data/x/${signer.address}/`;
const keyOf = (rows: number) =>
  parseObjectKey(`${own}data_20260102_030405_${rows}_0123456789abcdef.parquet`);
const scope = { action: 'upload', source: 'x' } as const;
const MEBIBYTE = 1024 * 1024;
const LIFE_SECONDS = 2;

interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly admin: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

describe('presigned requests to the local cloud', () => presignedStore());
describeWithCeph('presigned requests to Ceph RGW', () => presignedStore(sharedCeph));

/** Signatures live for two seconds, and the client's clock stands still: it finds them fresh for ever. */
function presignedStore(place?: () => Promise<Place>): void {
  let directory: string;
  let stop: () => Promise<void>;
  let lines: string[];
  let store: S3Backend;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 's3-core-'));
    const cloud = await startLocalCloud({ directory: join(directory, 'cloud') });
    const { endpoint, region, admin } = place === undefined ? cloud : await place();
    const { accessKeyId, secretAccessKey } = admin;
    const key = { accessKeyId, secretAccessKey };
    const bucket = `s3-core-${randomUUID()}`;
    const client = new S3Client({ endpoint, region, credentials: key, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    client.destroy();
    const registryFile = join(directory, 'neurons.json');
    const neurons = [{ uid: 1, hotkey: signer.address, validator_permit: false }];
    await writeFile(registryFile, JSON.stringify({ network: 'test', netuid: 13, neurons }));
    lines = [];
    const service = await startCredentialService({
      cloud,
      registryFile,
      audit: new Writable({
        write(chunk, _, done) {
          lines.push(String(chunk));
          done();
        },
      }),
      presigned: { endpoint, region, bucket, key, privateAcl: true, seconds: LIFE_SECONDS },
    });
    const stopped = Date.now();
    const credentials = new CredentialsClient({
      authEndpoint: service.url,
      signer,
      network: 'test',
      netuid: 13,
      clock: () => stopped,
    });
    store = await openGrantedStore(credentials, scope);
    stop = async () => {
      store.close();
      await service.close();
      await cloud.close();
      await rm(directory, { recursive: true });
    };
  }, 120_000);
  afterAll(() => stop());

  const keysListed = async () => {
    const keys: string[] = [];
    for await (const { key } of store.list(parseKeyPrefix(own))) keys.push(key);
    return keys;
  };

  it('a signature that has expired is replaced, for every kind of request', async () => {
    const body = Buffer.from('the body');
    const sha256 = sha256Of(body);
    await store.put(keyOf(1), bytesSource(body), { sha256 });
    const use = async () => {
      const info = await store.head(keyOf(1));
      const content = await store.get(keyOf(1), { range: { start: 4, end: 8 } });
      return [info.sha256, Buffer.from(await readAll(content.body)).toString(), await keysListed()];
    };
    const before = await use();
    expect(before).toEqual([sha256, 'body', [keyOf(1)]]);
    const asked = lines.length;
    await sleep((LIFE_SECONDS + 1.2) * 1000);
    expect(await use()).toEqual(before);
    expect(lines.length).toBeGreaterThan(asked);
    // What expired with the rest: the put's own signature, taken up by a second put of the same bytes.
    await expect(store.put(keyOf(1), bytesSource(body), { sha256 })).rejects.toMatchObject({
      code: 'AlreadyExists',
    });
  });

  it('100 MiB go up in one put, and come back', async () => {
    const size = 100 * MEBIBYTE;
    const chunk = Buffer.alloc(MEBIBYTE, 'data universe ');
    const source: ByteSource = {
      size,
      async *stream() {
        for (let at = 0; at < size; at += MEBIBYTE) yield chunk;
      },
    };
    const sha256 = sha256Of(Buffer.alloc(size, chunk));
    const receipt = await store.put(keyOf(2), source, { sha256 });
    expect(receipt).toMatchObject({ size, sha256 });
    const { body } = await store.get(keyOf(2), { range: { suffix: 1000 } });
    expect(sha256Of(await readAll(body))).toBe(sha256Of(chunk.subarray(MEBIBYTE - 1000)));
  }, 120_000);

  it('a key that is not there is absent, and one of somebody else is not signed for', async () => {
    await expect(store.head(keyOf(3))).rejects.toMatchObject({ code: 'NotFound' });
    await expect(store.get(keyOf(3))).rejects.toMatchObject({ code: 'NotFound' });
    const foreign = parseObjectKey(`data/x/${signerFromUri('//Other').address}/file`);
    await expect(store.get(foreign)).rejects.toMatchObject({ code: 'PermissionDenied' });
  });
}
