export type PublisherErrorCode =
  | 'DatabaseNotFound'
  | 'DatabaseUnreadable'
  | 'DatabaseMalformed'
  | 'DatabaseBusy'
  | 'Locked'
  | 'Conflict'
  | 'LedgerCorrupt'
  | 'ForeignLedger'
  | 'DiskFull'
  | 'Aborted';

const RETRYABLE: ReadonlySet<PublisherErrorCode> = new Set([
  'DatabaseBusy',
  'Locked',
  'Conflict',
  'DiskFull',
  'Aborted',
]);

export interface PublisherErrorOptions {
  readonly code: PublisherErrorCode;
  /** What happened, on what, and what to do; never a secret. */
  readonly message: string;
  /** Process id of the publisher that holds the lock; with Locked, where it could be read. */
  readonly holderPid?: number | undefined;
  readonly cause?: unknown;
}

/**
 * What stops a publisher, failures of the store apart: those are StorageErrors. `retryable` says
 * whether the same run may succeed later without anyone changing its configuration.
 */
export class PublisherError extends Error {
  override readonly name = 'PublisherError';
  readonly code: PublisherErrorCode;
  readonly retryable: boolean;
  readonly holderPid: number | undefined;

  constructor(options: PublisherErrorOptions) {
    super(`${options.message} (${options.code})`);
    Object.defineProperty(this, 'cause', { value: options.cause, enumerable: false });
    this.code = options.code;
    this.retryable = RETRYABLE.has(options.code);
    this.holderPid = options.holderPid;
  }
}

export function isPublisherError(
  error: unknown,
  code?: PublisherErrorCode,
): error is PublisherError {
  return error instanceof PublisherError && (code === undefined || error.code === code);
}

/** The `code` of a Node or SQLite error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const NO_SPACE: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

/** A full disk, said by an error or by one of its causes, as a PublisherError; any other error as it is. */
export function diskFullOr(error: unknown, place: string): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (isPublisherError(at)) return error;
    if (NO_SPACE.has(errorCode(at)))
      return new PublisherError({
        code: 'DiskFull',
        message: `No space left for ${place}. Nothing published is lost: free some space or choose another state directory, then run again`,
        cause: error,
      });
  }
  return error;
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new PublisherError({
    code: 'Aborted',
    message: 'Publishing was stopped. What was published stays; the next run continues from there',
    cause: signal.reason,
  });
}
