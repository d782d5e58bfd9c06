import { type DataEntity, SOURCE_NAMES } from '@data-universe/dataset';
import type { S3ValidatorStorage } from '@data-universe/s3-validator';
import Database from 'better-sqlite3';
import type { Neuron } from './neuron.ts';

export interface Comparison {
  readonly databaseRows: number;
  readonly readBackRows: number;
  /** Rows read back twice, or not as they are in the database, and rows that were not read back. */
  readonly differences: number;
}

interface StoredRow extends Omit<DataEntity, 'content'> {
  readonly content: Buffer;
}

/** Reads all that a miner published and holds it against the database, column by column and byte by byte. */
export async function compareWithDatabase(
  validator: S3ValidatorStorage,
  { signer, database: path }: Neuron,
): Promise<Comparison> {
  const database = new Database(path, { readonly: true });
  try {
    // On disk: the set of URIs can be larger than memory.
    database.exec('CREATE TEMP TABLE seen (uri TEXT PRIMARY KEY) WITHOUT ROWID');
    const see = database.prepare<[string]>('INSERT OR IGNORE INTO temp.seen VALUES (?)');
    const find = database.prepare<[string], StoredRow>('SELECT * FROM DataEntity WHERE uri = ?');
    let readBackRows = 0;
    let equal = 0;
    let wrong = 0;
    for (const source of SOURCE_NAMES) {
      const batches = validator.streamMinerData({ minerHotkey: signer.address, source });
      for await (const batch of batches) {
        for (const entity of batch) {
          const repeated = see.run(entity.uri).changes === 0;
          if (!repeated && isEqual(entity, find.get(entity.uri))) equal += 1;
          else wrong += 1;
        }
        readBackRows += batch.length;
      }
    }
    const databaseRows =
      database.prepare<[], number>('SELECT COUNT(*) FROM DataEntity').pluck().get() ?? 0;
    return { databaseRows, readBackRows, differences: wrong + databaseRows - equal };
  } finally {
    database.close();
  }
}

function isEqual(entity: DataEntity, row: StoredRow | undefined): boolean {
  return (
    row !== undefined &&
    entity.datetime === row.datetime &&
    entity.timeBucketId === row.timeBucketId &&
    entity.source === row.source &&
    entity.label === row.label &&
    entity.contentSizeBytes === row.contentSizeBytes &&
    Buffer.compare(entity.content, row.content) === 0
  );
}
