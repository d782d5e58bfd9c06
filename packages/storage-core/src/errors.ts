import { inspect } from 'node:util';

/** What went wrong, independent of the store it went wrong in. */
export type StorageErrorCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'PreconditionFailed'
  | 'PermissionDenied'
  | 'CredentialsExpired'
  | 'ChecksumMismatch'
  | 'InvalidKey'
  | 'RateLimited'
  | 'TooLarge'
  | 'Unsupported'
  | 'Aborted'
  | 'Unavailable'
  | 'Unknown';

export type StorageOperation =
  | 'open'
  | 'put'
  | 'get'
  | 'head'
  | 'list'
  | 'commit'
  | 'open'
  | 'parse';

const RETRYABLE: ReadonlySet<StorageErrorCode> = new Set([
  'CredentialsExpired',
  'RateLimited',
  'Unavailable',
]);

export interface StorageErrorOptions {
  readonly code: StorageErrorCode;
  readonly operation: StorageOperation;
  readonly key?: string | undefined;
  /** What happened, and where it helps what to do; never a credential. */
  readonly message: string;
  readonly cause?: unknown;
}

/** The only error a StorageBackend throws. `retryable` says whether the same call may succeed later. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  readonly retryable: boolean;
  readonly operation: StorageOperation;
  readonly key: string | undefined;

  constructor(options: StorageErrorOptions) {
    const subject = options.key === undefined ? '' : ` ${JSON.stringify(options.key)}`;
    super(`${options.operation}${subject}: ${options.message} (${options.code})`);
    // Vendor errors carry whole requests, signed headers included: keep the cause, unprinted.
    Object.defineProperty(this, 'cause', { value: options.cause, enumerable: false });
    this.code = options.code;
    this.retryable = RETRYABLE.has(options.code);
    this.operation = options.operation;
    this.key = options.key;
  }

  /** Node prints a cause even where it is not enumerable. */
  [inspect.custom](): string {
    return this.stack ?? this.message;
  }
}

export function isStorageError(error: unknown, code?: StorageErrorCode): error is StorageError {
  return error instanceof StorageError && (code === undefined || error.code === code);
}
