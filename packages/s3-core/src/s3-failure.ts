import { StorageError } from '@data-universe/storage-core';

const DAMAGED = new Set(['BadDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch']);

/** What a StorageError keeps of an SDK error, which carries whole requests and answers. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure';
  /** S3's error code, such as `NoSuchKey`; a bare answer's is made of its status. */
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Milliseconds that the store asks for, by `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    answer: { status?: number; requestId?: string; retryAfterMs?: number } = {},
  ) {
    super(`${code}: ${message}`);
    this.code = code;
    this.status = answer.status;
    this.requestId = answer.requestId;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

/** S3's own code of a translated error, where the StorageError's is too coarse. */
function s3CodeOf(error: unknown): string | undefined {
  return failureOf(error)?.code;
}

export function s3StatusOf(error: unknown): number | undefined {
  return failureOf(error)?.status;
}

/** Milliseconds that the store asks to wait. */
export function retryAfterOf(error: unknown): number | undefined {
  return failureOf(error)?.retryAfterMs;
}

/** The multipart upload no longer exists: completed, aborted or expired. */
export function isGone(error: unknown): boolean {
  return s3CodeOf(error) === 'NoSuchUpload';
}

function failureOf(error: unknown): S3Failure | undefined {
  const cause = error instanceof StorageError ? error.cause : undefined;
  return cause instanceof S3Failure ? cause : undefined;
}

/**
 * The store received other bytes than were signed for. They were right when they left: a body is
 * checked against its hash before its last chunk is handed over.
 */
export function wasDamagedOnTheWay(error: StorageError): boolean {
  return error.code === 'ChecksumMismatch' && DAMAGED.has(s3CodeOf(error) ?? '');
}

/** Whether the store may have done what it was asked: it said nothing, or that it broke. */
export function leavesDoubt(error: StorageError): boolean {
  return error.code === 'Unavailable' && s3StatusOf(error) !== 409;
}

/** An SDK error without its request and answer, and without secrets. */
export function describeFailure(error: unknown, redact: (text: string) => string): S3Failure {
  if (!(error instanceof Error)) return new S3Failure('Unknown', redact(String(error)));
  const metadata = propertyOf(error, '$metadata');
  const status = propertyOf(metadata, 'httpStatusCode');
  const requestId = propertyOf(metadata, 'requestId');
  const headers = propertyOf(propertyOf(error, '$response'), 'headers');
  const retryAfterMs = parseRetryAfter(propertyOf(headers, 'retry-after'), Date.now());
  return new S3Failure(redact(error.name), redact(error.message), {
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof requestId === 'string' ? { requestId: redact(requestId) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Seconds, or a date, as HTTP has it. */
function parseRetryAfter(value: unknown, now: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
