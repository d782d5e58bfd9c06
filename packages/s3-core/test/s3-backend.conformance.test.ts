import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '@data-universe/local-cloud';
import { S3Backend } from '@data-universe/s3-core';
import { conformanceCases } from '@data-universe/storage-core/conformance';
import { afterAll, beforeAll, describe, it } from 'vitest';

const { capabilities } = new S3Backend({
  bucket: 'any-bucket',
  region: 'us-east-1',
  credentials: () => Promise.reject(new Error('never asked')),
});

describe('S3Backend over the local cloud', () => {
  let directory: string;
  let cloud: LocalCloud;
  let backend: S3Backend;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 's3-core-'));
    cloud = await startLocalCloud({ directory });
    const { bucket, region, endpoint, admin } = cloud;
    backend = new S3Backend({ bucket, region, endpoint, credentials: async () => admin });
  });

  afterAll(async () => {
    backend.close();
    await cloud.close();
    await rm(directory, { recursive: true });
  });

  const create = async () => ({ backend });
  for (const { name, run } of conformanceCases({ capabilities, create })) it(name, run, 60_000);
});
