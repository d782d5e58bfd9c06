import { readFile } from 'node:fs/promises';
import { bytesSource, keyUnder, MemoryBackend } from '@data-universe/storage-core';
import { expect, test } from 'vitest';
import {
  blockListKey,
  type DataEntity,
  DEFAULT_BLOCK_SIZE,
  dataFileName,
  type ExpectedManifest,
  type ManifestFile,
  openDataFile,
  verifyManifest,
} from '../src/index.ts';
import { BlockHasher } from '../src/writing/block-hasher.ts';
import { dataset, listed } from './support/chain.ts';
import { collect, WRITTEN_AT } from './support/published.ts';

const vector = (name: string) => readFile(new URL(`vectors/${name}`, import.meta.url));

test('a manifest signed by the first version is valid for ever', async () => {
  const { object, ...expected } = JSON.parse(String(await vector('manifest-v1.json'))) as {
    object: string;
  } & ExpectedManifest;
  const manifest = verifyManifest(Buffer.from(object), expected);
  expect(manifest.totals).toEqual({ files: 1, rows: 10, bytes: 1001 });
});

test('a data file of this version is read for ever', async () => {
  const bytes = await vector('x-raw-v2.parquet');
  const { entities } = JSON.parse(String(await vector('x-raw-v2.json'))) as {
    entities: (Omit<DataEntity, 'content'> & { content: string })[];
  };
  const hasher = new BlockHasher(DEFAULT_BLOCK_SIZE);
  hasher.update(bytes);
  const { size, sha256, blockList, blockListSha256: block_list } = hasher.finish();
  const rows = entities.length;
  const name = dataFileName(WRITTEN_AT, rows, sha256);
  const file: ManifestFile = { ...listed(1, rows), name, size, sha256, block_list };
  const backend = new MemoryBackend();
  await backend.put(keyUnder(dataset, name), bytesSource(bytes), { sha256 });
  await backend.put(blockListKey(dataset, block_list), bytesSource(blockList), {
    sha256: block_list,
  });
  const read = await collect(await openDataFile(backend, dataset, file), { source: 'x' });
  const readable = read.map(({ content, ...rest }) => ({
    ...rest,
    content: Buffer.from(content).toString('base64'),
  }));
  expect(readable).toEqual(entities);
});
