import path from 'node:path';
import Database from 'better-sqlite3';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY,
    created INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- A key is a BLOB of its UTF-8 bytes: S3 lists in that order, and SQLite compares blobs so.
  CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL REFERENCES buckets (name),
    key BLOB NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES buckets (name),
    key BLOB NOT NULL,
    initiated INTEGER NOT NULL,
    initiator TEXT NOT NULL,
    attributes TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL REFERENCES uploads (id),
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    PRIMARY KEY (upload, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS joined_blobs (
    blob TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    piece TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (blob, ordinal)
  ) STRICT, WITHOUT ROWID;
`;

/** Another process has the directory open. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
  readonly code = 'DirectoryInUse';
  readonly retryable = true;
}

/** Opens the index of a directory and holds its lock until closed or until the process ends, however it ends. */
export function openDatabase(directory: string): Database.Database {
  const database = new Database(path.join(directory, 'index.sqlite'), { timeout: 500 });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    database.exec(SCHEMA);
    return database;
  } catch (cause) {
    database.close();
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
      throw new DirectoryInUseError(
        `Another local cloud is using ${directory}; stop it or choose another directory.`,
        { cause },
      );
    }
    throw cause;
  }
}
