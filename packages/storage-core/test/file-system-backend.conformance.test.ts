import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSystemBackend } from '@data-universe/storage-core';
import { conformanceCases } from '@data-universe/storage-core/conformance';
import { describe, it } from 'vitest';

describe('FileSystemBackend', () => {
  const { capabilities } = new FileSystemBackend({ directory: tmpdir() });
  const create = async () => {
    const directory = await mkdtemp(join(tmpdir(), 'storage-core-'));
    return {
      backend: new FileSystemBackend({ directory }),
      cleanup: () => rm(directory, { recursive: true }),
    };
  };
  for (const { name, run } of conformanceCases({ capabilities, create })) it(name, run, 30_000);
});
