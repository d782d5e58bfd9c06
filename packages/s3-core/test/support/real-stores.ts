import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startLocalCloud } from '@data-universe/local-cloud';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeWithCeph, sharedCeph } from '../../../../scripts/ceph/for-tests.ts';
import { S3Backend } from '../../src/index.ts';

/** A bucket of its own on a server that enforces what S3 does. */
export interface RealStore {
  readonly kind: 'local cloud' | 'Ceph RGW';
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** The bucket's owner, by the plain SDK. */
  readonly client: S3Client;
  readonly backend: S3Backend;
}

interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly admin: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Runs the same tests over the local cloud and over Ceph. `store` is open within tests alone. */
export function describeRealStores(
  name: string,
  body: (store: () => RealStore, kind: RealStore['kind']) => void,
): void {
  describe(`${name} over the local cloud`, () => {
    let stop: (() => Promise<void>) | undefined;
    const start = async () => {
      const directory = await mkdtemp(join(tmpdir(), 's3-core-'));
      const cloud = await startLocalCloud({ directory });
      stop = async () => {
        await cloud.close();
        await rm(directory, { recursive: true });
      };
      return cloud;
    };
    withStore('local cloud', start, body, async () => stop?.());
  });
  describeWithCeph(`${name} over Ceph RGW`, () => withStore('Ceph RGW', sharedCeph, body));
}

function withStore(
  kind: RealStore['kind'],
  start: () => Promise<Place>,
  body: (store: () => RealStore, kind: RealStore['kind']) => void,
  stop?: () => Promise<void>,
): void {
  let store: RealStore | undefined;
  beforeAll(async () => {
    const { endpoint, region, admin } = await start();
    const bucket = `s3-core-${randomUUID()}`;
    const credentials = {
      accessKeyId: admin.accessKeyId,
      secretAccessKey: admin.secretAccessKey,
    };
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const backend = new S3Backend({ endpoint, region, bucket, credentials: async () => admin });
    store = { kind, endpoint, region, bucket, client, backend };
  }, 120_000);
  afterAll(async () => {
    store?.client.destroy();
    store?.backend.close();
    await stop?.();
  });
  body(() => {
    if (store === undefined) throw new Error('the store is open within tests alone');
    return store;
  }, kind);
}
