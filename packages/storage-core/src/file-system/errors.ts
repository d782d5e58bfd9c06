import { type CallContext, failure } from '../call-context.ts';
import { StorageError, type StorageErrorCode } from '../errors.ts';

interface Meaning {
  readonly code: StorageErrorCode;
  readonly message: string;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOSPC: { code: 'Unavailable', message: 'the disk is full: free some space and try again' },
  EDQUOT: { code: 'Unavailable', message: 'the disk quota is used up: free some space' },
  EACCES: { code: 'PermissionDenied', message: 'this user may not access it: check its owner' },
  EPERM: { code: 'PermissionDenied', message: 'the file system does not permit it' },
  EROFS: { code: 'PermissionDenied', message: 'the file system is mounted read-only' },
  ELOOP: { code: 'PermissionDenied', message: 'a symbolic link is in the way, and never followed' },
  ENAMETOOLONG: { code: 'TooLarge', message: 'its path is longer than the file system allows' },
  EFBIG: { code: 'TooLarge', message: 'it is larger than a file may be here' },
  ENOENT: { code: 'Unavailable', message: 'a folder vanished during the call' },
  EMFILE: { code: 'Unavailable', message: 'too many files are open' },
  ENFILE: { code: 'Unavailable', message: 'too many files are open' },
  EIO: { code: 'Unavailable', message: 'the disk reported a fault' },
  EBUSY: { code: 'Unavailable', message: 'the file system is busy' },
  ESTALE: { code: 'Unavailable', message: 'the network file system lost the file' },
  ETIMEDOUT: { code: 'Unavailable', message: 'the file system did not answer' },
};

export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** A file system's error as a StorageError; one that is a StorageError already stays as it is. */
export function toStorageError(cause: unknown, call: CallContext): StorageError {
  if (cause instanceof StorageError) return cause;
  const errno = errnoOf(cause);
  const meaning = errno === undefined ? undefined : MEANINGS[errno];
  const fallback = cause instanceof Error ? cause.message : String(cause);
  return failure(call, {
    code: meaning?.code ?? 'Unknown',
    message: meaning === undefined ? fallback : `${meaning.message} [${errno}]`,
    cause,
  });
}
