import Database from 'better-sqlite3';

/** Of all content, from the index: the pages of the table are left as cold or warm as they are. */
export function contentBytes(path: string): number {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const sql = 'SELECT sum(contentSizeBytes) FROM DataEntity INDEXED BY data_entity_bucket_index2';
    return database.prepare<[], number>(sql).pluck().get() ?? 0;
  } finally {
    database.close();
  }
}
