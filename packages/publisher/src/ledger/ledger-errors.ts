import { diskFullOr, errorCode, isPublisherError, PublisherError } from '../errors.ts';

export function ledgerCorrupt(path: string, why: string, cause?: unknown): PublisherError {
  return new PublisherError({
    code: 'LedgerCorrupt',
    message: `The ledger ${path} is damaged: ${why}. The next run sets it aside and rebuilds it from the destination`,
    cause,
  });
}

/** What SQLite and the parsers say of the ledger. */
export function ledgerError(error: unknown, path: string): unknown {
  if (isPublisherError(error)) return error;
  const code = errorCode(error);
  if (code?.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_ERROR')
    return ledgerCorrupt(path, code, error);
  if (code?.startsWith('SQLITE_CONSTRAINT')) return ledgerCorrupt(path, code, error);
  return diskFullOr(error, path);
}
