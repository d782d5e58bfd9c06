import { deepStrictEqual } from 'node:assert/strict';
import { type DataEntity, type SourceName, sourceId } from '@data-universe/dataset';
import Database from 'better-sqlite3';

/** Every row of a source, as it stands in a miner's database. */
export function readTable(path: string, source: SourceName): DataEntity[] {
  const connection = new Database(path, { readonly: true });
  try {
    return connection
      .prepare<[number], DataEntity>('SELECT * FROM DataEntity WHERE source = ?')
      .all(sourceId(source));
  } finally {
    connection.close();
  }
}

/** Throws AssertionError unless both hold the same rows, byte for byte, in any order, none twice. */
export function expectEqualRows(
  actual: readonly DataEntity[],
  expected: readonly DataEntity[],
): void {
  deepStrictEqual(comparable(actual), comparable(expected));
}

function comparable(rows: readonly DataEntity[]) {
  return rows
    .map((row) => ({ ...row, content: Buffer.from(row.content).toString('latin1') }))
    .sort((a, b) => (a.uri < b.uri ? -1 : 1));
}
