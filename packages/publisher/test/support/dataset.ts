import { type HotkeyAddress, signerFromUri } from '@data-universe/core-auth';
import {
  type DataEntity,
  datasetPrefix,
  loadDataset,
  openDataFile,
  readEntities,
  type SourceName,
  sourceId,
} from '@data-universe/dataset';
import type { StorageBackend } from '@data-universe/storage-core';
import Database from 'better-sqlite3';
import { expect } from 'vitest';

export const NETWORK = 'test';
export const NETUID = 13;
export const signer = signerFromUri('//Alice');

interface WhichDataset {
  readonly source?: SourceName;
  readonly hotkey?: HotkeyAddress;
}

/** Every row of the published dataset, as a validator reads it. Fails on a uri that occurs twice. */
export async function readBack(
  backend: StorageBackend,
  { source = 'x', hotkey = signer.address }: WhichDataset = {},
): Promise<Map<string, DataEntity>> {
  const dataset = await loadDataset(backend, {
    hotkey,
    source,
    network: NETWORK,
    netuid: NETUID,
  });
  const rows = new Map<string, DataEntity>();
  for (const { file, masked } of dataset.files.values()) {
    const opened = await openDataFile(backend, datasetPrefix(source, hotkey), file);
    for await (const entities of readEntities(opened, { source, masked })) {
      for (const entity of entities) {
        if (rows.has(entity.uri)) throw new Error(`${entity.uri} is published twice`);
        rows.set(entity.uri, entity);
      }
    }
  }
  expect(rows.size).toBe(dataset.totals.rows);
  return rows;
}

function readDatabase(path: string, source: SourceName = 'x'): Map<string, DataEntity> {
  const db = new Database(path, { readonly: true });
  try {
    const rows = db
      .prepare<[number], DataEntity>('SELECT * FROM DataEntity WHERE source = ?')
      .all(sourceId(source));
    return new Map(rows.map((row) => [row.uri, row]));
  } finally {
    db.close();
  }
}

const comparable = (rows: ReadonlyMap<string, DataEntity>) =>
  [...rows.values()]
    .map((row) => ({ ...row, content: Buffer.from(row.content).toString('latin1') }))
    .sort((a, b) => (a.uri < b.uri ? -1 : 1));

/** The sentence that carries the publisher: the published dataset equals the database. */
export async function expectPublished(
  backend: StorageBackend,
  databasePath: string,
  which: WhichDataset = {},
): Promise<void> {
  const published = await readBack(backend, which);
  expect(comparable(published)).toEqual(comparable(readDatabase(databasePath, which.source)));
}
