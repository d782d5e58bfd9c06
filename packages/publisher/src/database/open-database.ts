import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { PublisherError } from '../errors.ts';
import { databaseError } from './database-errors.ts';

const COLUMNS = [
  'uri',
  'datetime',
  'timeBucketId',
  'source',
  'label',
  'content',
  'contentSizeBytes',
] as const;

const names = z.array(z.object({ name: z.string() }));

export interface OpenedDatabase {
  readonly connection: Database.Database;
  /** An index begins with (timeBucketId, source) and holds label and contentSizeBytes. */
  readonly hasBucketIndex: boolean;
  /** Texts lie there as UTF-8, which is what a miner's database has. */
  readonly isUtf8: boolean;
}

/**
 * Opens the miner's database, read-only. Throws PublisherError DatabaseNotFound, DatabaseMalformed (no
 * database, no table or column), DatabaseBusy, DatabaseUnreadable.
 */
export function openDatabase(path: string, busyTimeoutMs = 5_000): OpenedDatabase {
  if (!existsSync(path))
    throw new PublisherError({
      code: 'DatabaseNotFound',
      message: `There is no database at ${path}. Check the path; the miner creates it when it first stores data`,
    });
  let connection: Database.Database | undefined;
  try {
    connection = new Database(path, {
      readonly: true,
      fileMustExist: true,
      timeout: busyTimeoutMs,
    });
    checkTable(connection, path);
    const isUtf8 = connection.pragma('encoding', { simple: true }) === 'UTF-8';
    return { connection, hasBucketIndex: hasBucketIndex(connection), isUtf8 };
  } catch (error) {
    connection?.close();
    throw databaseError(error, path);
  }
}

function checkTable(connection: Database.Database, path: string): void {
  const columns = names.parse(
    connection.prepare("SELECT name FROM pragma_table_info('DataEntity')").all(),
  );
  if (columns.length === 0)
    throw new PublisherError({
      code: 'DatabaseMalformed',
      message: `${path} has no table DataEntity. Check that this is the miner's database`,
    });
  const missing = COLUMNS.filter((column) => !columns.some(({ name }) => name === column));
  if (missing.length > 0)
    throw new PublisherError({
      code: 'DatabaseMalformed',
      message: `The table DataEntity of ${path} lacks ${missing.join(', ')}. Check that this is the miner's database`,
    });
}

function hasBucketIndex(connection: Database.Database): boolean {
  const indexes = names.parse(
    connection.prepare("SELECT name FROM pragma_index_list('DataEntity') WHERE partial = 0").all(),
  );
  const columnsOf = connection.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno');
  return indexes.some((index) => {
    const columns = names.parse(columnsOf.all(index.name)).map(({ name }) => name);
    return (
      columns[0] === 'timeBucketId' &&
      columns[1] === 'source' &&
      columns.includes('label') &&
      columns.includes('contentSizeBytes')
    );
  });
}
