import { randomUUID } from 'node:crypto';
import { signerFromUri } from '@data-universe/core-auth';
import {
  bytesSource,
  fileSource,
  type KeyPrefix,
  keyUnder,
  MemoryBackend,
  type StorageBackend,
} from '@data-universe/storage-core';
import {
  blockListKey,
  type DataEntity,
  type DataFileOptions,
  DataFileWriter,
  datasetPrefix,
  type ManifestFile,
  manifestFileOf,
  openDataFile,
  type ReadEntitiesOptions,
  readEntities,
  type SourceName,
  type VerifiedFile,
  type WrittenDataFile,
} from '../../src/index.ts';

export const alice = signerFromUri('//Alice');
export const WRITTEN_AT = new Date('2026-01-02T03:04:05Z');

export interface Published {
  readonly backend: StorageBackend;
  readonly dataset: KeyPrefix;
  readonly file: ManifestFile;
  readonly written: WrittenDataFile;
  open(): Promise<VerifiedFile>;
}

export async function writeFileOf(
  path: string,
  entities: readonly DataEntity[],
  options: DataFileOptions,
): Promise<WrittenDataFile> {
  const writer = await DataFileWriter.create(path, options);
  await writer.write(entities);
  return writer.finish();
}

/** Writes entities to a file and puts it where a publisher would. */
export async function publish(
  folder: { path(name: string): string },
  entities: readonly DataEntity[],
  options: { source?: SourceName; rowsPerGroup?: number; blockSize?: number } = {},
): Promise<Published> {
  const source = options.source ?? 'x';
  const path = folder.path(`${randomUUID()}.parquet`);
  const written = await writeFileOf(path, entities, { profile: 'raw', source, ...options });
  const backend = new MemoryBackend();
  const dataset = datasetPrefix(source, alice.address);
  const file = manifestFileOf(written, WRITTEN_AT);
  await backend.put(keyUnder(dataset, file.name), await fileSource(path), { sha256: file.sha256 });
  await backend.put(blockListKey(dataset, file.block_list), bytesSource(written.blockList), {
    sha256: file.block_list,
  });
  return { backend, dataset, file, written, open: () => openDataFile(backend, dataset, file) };
}

export async function collect(
  file: VerifiedFile,
  options: ReadEntitiesOptions,
): Promise<DataEntity[]> {
  const all: DataEntity[] = [];
  for await (const entities of readEntities(file, options)) all.push(...entities);
  return all;
}
