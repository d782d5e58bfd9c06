import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalCloud } from '@data-universe/local-cloud';
import type { S3Backend } from '@data-universe/s3-core';
import {
  bytesSource,
  type ObjectKey,
  parseKeyPrefix,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';

/** Whoever runs the bucket, with the power to spoil what miners put there. */
export class BucketOwner {
  readonly #store: S3Backend;
  readonly #cloud: LocalCloud;

  constructor(store: S3Backend, cloud: LocalCloud) {
    this.#store = store;
    this.#cloud = cloud;
  }

  /** Every key in the bucket. */
  async keys(prefix = 'data/'): Promise<ObjectKey[]> {
    const keys: ObjectKey[] = [];
    for await (const { key } of this.#store.list(parseKeyPrefix(prefix))) keys.push(key);
    return keys;
  }

  /** Flips a bit in the middle of an object. */
  async alter(key: ObjectKey): Promise<void> {
    const bytes = await readAll((await this.#store.get(key)).body);
    const middle = bytes.byteLength >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await this.#store.put(key, bytesSource(bytes), {
      sha256: sha256Of(bytes),
      ifExists: 'replace',
    });
  }

  async delete(key: ObjectKey): Promise<void> {
    const { endpoint, region, bucket, admin } = this.#cloud;
    const client = new S3Client({ endpoint, region, credentials: admin, forcePathStyle: true });
    try {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    } finally {
      client.destroy();
    }
  }
}
