import { S3Backend } from '@data-universe/s3-core';
import { conformanceCases } from '@data-universe/storage-core/conformance';
import { it } from 'vitest';
import { describeRealStores } from './support/real-stores.ts';

const { capabilities } = new S3Backend({
  bucket: 'any-bucket',
  region: 'us-east-1',
  credentials: () => Promise.reject(new Error('never asked')),
});

describeRealStores('S3Backend', (store) => {
  const create = async () => ({ backend: store().backend });
  for (const { name, run } of conformanceCases({ capabilities, create })) it(name, run, 180_000);
});
