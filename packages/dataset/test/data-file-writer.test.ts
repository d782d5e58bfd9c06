import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DataEntity,
  DataFileWriter,
  MAX_CONTENT_BYTES,
  manifestFileOf,
  manifestFileSchema,
} from '../src/index.ts';
import { BlockHasher } from '../src/writing/block-hasher.ts';
import { xEntity } from './support/entities.ts';
import { WRITTEN_AT, writeFileOf } from './support/published.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();
const raw = { source: 'x', profile: 'raw' } as const;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

function blockHashes(bytes: Uint8Array, blockSize: number): Buffer {
  const hashes: Buffer[] = [];
  for (let start = 0; start < bytes.byteLength; start += blockSize)
    hashes.push(sha256(bytes.subarray(start, start + blockSize)));
  return Buffer.concat(hashes);
}

describe('a written file', () => {
  test('is described as it lies on the disk', async () => {
    const entities = [
      xEntity(0, { datetime: '2024-05-01 12:00:00.5+00:00', timeBucketId: 12 }),
      xEntity(1, { datetime: 'never', timeBucketId: 9 }),
      xEntity(2, { datetime: '2024-05-01 11:00:00+00:00', timeBucketId: 10 }),
    ];
    const options = { ...raw, rowsPerGroup: 2, blockSize: 4096 };
    const written = await writeFileOf(folder.path('described'), entities, options);
    const bytes = await readFile(written.path);
    const blockList = blockHashes(bytes, 4096);
    expect(written).toMatchObject({
      path: folder.path('described'),
      size: bytes.byteLength,
      sha256: sha256(bytes).toString('hex'),
      rows: 3,
      timeStart: 1_714_561_200,
      timeEnd: 1_714_564_801,
      bucketStart: 9,
      bucketEnd: 13,
      blockSize: 4096,
      blockListSha256: sha256(blockList).toString('hex'),
      leftOut: [],
    });
    expect(Buffer.from(written.blockList).equals(blockList)).toBe(true);
    const file = manifestFileOf(written, WRITTEN_AT);
    expect(manifestFileSchema.parse(file)).toEqual(file);
    expect(file.name).toBe(`data_20260102_030405_3_${written.sha256.slice(0, 16)}.parquet`);
  });

  test('is the same for the same entities, however they are handed over', async () => {
    const entities = Array.from({ length: 50 }, (_, index) => xEntity(index));
    const atOnce = await writeFileOf(folder.path('at-once'), entities, { ...raw, rowsPerGroup: 9 });
    const writer = await DataFileWriter.create(folder.path('one'), { ...raw, rowsPerGroup: 9 });
    for (const entity of entities) await writer.write([entity]);
    expect((await writer.finish()).sha256).toBe(atOnce.sha256);
  });

  test('may be empty', async () => {
    const written = await writeFileOf(folder.path('empty'), [], raw);
    expect(written).toMatchObject({ rows: 0, timeStart: 0, timeEnd: 0 });
  });
});

test('blocks are hashed alike whatever the pieces they come in', () => {
  const inputs = [
    fc.array(fc.uint8Array({ maxLength: 200 })),
    fc.integer({ min: 1, max: 64 }),
  ] as const;
  fc.assert(
    fc.property(...inputs, (pieces, blockSize) => {
      const hasher = new BlockHasher(blockSize);
      for (const piece of pieces) hasher.update(piece);
      const bytes = Buffer.concat(pieces);
      const { size, sha256: hash, blockList } = hasher.finish();
      expect(size).toBe(bytes.byteLength);
      expect(hash).toBe(sha256(bytes).toString('hex'));
      expect(Buffer.from(blockList).equals(blockHashes(bytes, blockSize))).toBe(true);
    }),
  );
});

describe('a writer', () => {
  test('that is aborted leaves no file', async () => {
    const path = folder.path('aborted');
    const writer = await DataFileWriter.create(path, { ...raw, rowsPerGroup: 1 });
    await writer.write([xEntity(0), xEntity(1)]);
    await writer.abort();
    await writer.abort();
    await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that is finished is not undone by an abort', async () => {
    const path = folder.path('kept');
    const writer = await DataFileWriter.create(path, raw);
    await writer.finish();
    await writer.abort();
    await access(path);
  });

  test('does not touch a file that is there already', async () => {
    const { path } = await writeFileOf(folder.path('there'), [xEntity(0)], raw);
    await expect(DataFileWriter.create(path, raw)).rejects.toMatchObject({
      name: 'DataFileError',
      code: 'WriteFailed',
      retryable: false,
      cause: { code: 'EEXIST' },
    });
    await access(path);
  });

  test('says where it cannot write', async () => {
    const path = folder.path('no/such/folder');
    await expect(DataFileWriter.create(path, raw)).rejects.toThrow(path);
  });

  const unwritable: [string, string, Partial<DataEntity>][] = [
    ['of another source', 'InvalidEntity', { source: 1 }],
    ['with an inexact bucket', 'InvalidEntity', { timeBucketId: 2 ** 53 }],
    ['with a bucket whose end is inexact', 'InvalidEntity', { timeBucketId: 2 ** 53 - 1 }],
    ['with a fraction of a bucket', 'InvalidEntity', { timeBucketId: 0.5 }],
    ['with no number for a size', 'InvalidEntity', { contentSizeBytes: Number.NaN }],
    ['with half a surrogate pair', 'InvalidEntity', { label: '\ud83e' }],
    ['of 64 MiB and more', 'TooLarge', { content: new Uint8Array(MAX_CONTENT_BYTES + 1) }],
  ];
  test.each(unwritable)('refuses an entity %s and goes on', async (name, code, changes) => {
    const writer = await DataFileWriter.create(folder.path(name), raw);
    const refused = writer.write([xEntity(0), xEntity(1, changes), xEntity(2)]);
    await expect(refused).rejects.toMatchObject({ name: 'DataFileError', code });
    await writer.write([xEntity(3)]);
    expect((await writer.finish()).rows).toBe(2);
  });
});
