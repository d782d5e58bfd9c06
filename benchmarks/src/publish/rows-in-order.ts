import type { DataEntity } from '@data-universe/dataset';
import Database from 'better-sqlite3';

const PAGE_ROWS = 2_000;

/** All rows of a made database in the order of a data file, by better-sqlite3. */
export function* rowsInOrder(path: string): Generator<readonly DataEntity[]> {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const rows = database
      .prepare<[], DataEntity>('SELECT * FROM DataEntity ORDER BY timeBucketId, uri')
      .iterate();
    let page: DataEntity[] = [];
    for (const row of rows) {
      page.push(row);
      if (page.length < PAGE_ROWS) continue;
      yield page;
      page = [];
    }
    yield page;
  } finally {
    database.close();
  }
}
