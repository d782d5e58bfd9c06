import { errorCode, isPublisherError, PublisherError } from '../errors.ts';

/** What SQLite says of the miner's database, in words that help its owner. */
export function databaseError(error: unknown, path: string): unknown {
  if (isPublisherError(error)) return error;
  const code = errorCode(error);
  if (code === undefined || !code.startsWith('SQLITE_')) return error;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new PublisherError({
      code: 'DatabaseBusy',
      message: `The database ${path} is locked by another program. The next run tries again; if it stays locked, close the program that holds it`,
      cause: error,
    });
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new PublisherError({
      code: 'DatabaseMalformed',
      message: `${path} is not a healthy SQLite database (${code}). Check the path; run "PRAGMA integrity_check" on it, or restore a copy`,
      cause: error,
    });
  return new PublisherError({
    code: 'DatabaseUnreadable',
    message: `The database ${path} could not be read (${code}). Check that this user may read the file and write its -shm file beside it`,
    cause: error,
  });
}
