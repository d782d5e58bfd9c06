import type Database from 'better-sqlite3';

/** Stored as user_version; a ledger of another version is rebuilt from the destination. */
export const LEDGER_VERSION = 1;

/**
 * file: what is published (pending = 0) or about to be (pending = 1).
 * segment: the rows of one bucket in one file, ENTRY_BYTES each in the file's order from first_row on.
 * bucket: as last published; a null fingerprint means that it has to be compared.
 * kept: by uri key the bucket of rows that left the database and stay published (deletedRows: keep).
 * intent*: the commit that is under way; applied once the store holds its manifest.
 */
const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE file (id INTEGER PRIMARY KEY, pending INTEGER NOT NULL, manifest_file TEXT NOT NULL,
  masked TEXT NOT NULL, live_rows INTEGER NOT NULL, block_list BLOB) STRICT;
CREATE TABLE segment (id INTEGER PRIMARY KEY, bucket_id INTEGER NOT NULL, file_id INTEGER NOT NULL,
  first_row INTEGER NOT NULL, entries BLOB NOT NULL) STRICT;
CREATE INDEX segment_bucket ON segment (bucket_id);
CREATE INDEX segment_file ON segment (file_id);
CREATE TABLE bucket (bucket_id INTEGER PRIMARY KEY, fingerprint BLOB) STRICT;
CREATE TABLE kept (uri_key INTEGER PRIMARY KEY, bucket_id INTEGER NOT NULL) STRICT;
CREATE TABLE intent (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL,
  manifest BLOB NOT NULL, removed TEXT NOT NULL) STRICT;
CREATE TABLE intent_mask (segment_id INTEGER PRIMARY KEY, rows TEXT NOT NULL) STRICT;
CREATE TABLE intent_bucket (bucket_id INTEGER PRIMARY KEY, fingerprint BLOB) STRICT;
`;

/** Small pages: a bucket's entries are a few kilobytes, and the rest of their last page is lost. */
const PAGE_SIZE = 1024;

export function createTables(connection: Database.Database): void {
  connection.transaction(() => {
    connection.exec(TABLES);
    connection.pragma(`user_version = ${LEDGER_VERSION}`);
  })();
}

export function configure(connection: Database.Database): void {
  connection.pragma(`page_size = ${PAGE_SIZE}`);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('cache_size = -16000');
}
