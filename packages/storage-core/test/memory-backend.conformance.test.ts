import { MemoryBackend } from '@data-universe/storage-core';
import { conformanceCases } from '@data-universe/storage-core/conformance';
import { describe, it } from 'vitest';

describe('MemoryBackend', () => {
  const { capabilities } = new MemoryBackend();
  const create = async () => ({ backend: new MemoryBackend() });
  for (const { name, run } of conformanceCases({ capabilities, create })) it(name, run);
});
