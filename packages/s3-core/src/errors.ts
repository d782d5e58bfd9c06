import {
  abortedError,
  type CallContext,
  failure,
  StorageError,
  type StorageErrorCode,
} from '@data-universe/storage-core';
import { networkMeaning } from './network-errors.ts';

/** The caller's own credentials function failed: not the store's doing. */
export class CredentialsFailure extends Error {
  override readonly name = 'CredentialsFailure';
}

/** What a StorageError keeps of an SDK error, which carries whole requests and answers. */
class S3Failure extends Error {
  override readonly name = 'S3Failure';
  /** S3's error code, such as `NoSuchKey`; a bare answer's is made of its status. */
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;

  constructor(code: string, message: string, status?: number, requestId?: string) {
    super(`${code}: ${message}`);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
  }
}

export interface TranslationContext {
  /** Endpoint or region, for messages. */
  readonly place: string;
  readonly bucket: string;
  /** Whether the credentials in use are past their time by this machine's clock. */
  readonly credentialsExpired: boolean;
  /** Removes secrets from a text that the store sent. */
  readonly redact: (text: string) => string;
}

interface Meaning {
  readonly code: StorageErrorCode;
  /** Instead of the store's own words. */
  readonly message?: string;
}

const WRONG_REGION = 'the bucket lives in another region: check the configured region';

const BY_CODE: Readonly<Record<string, Meaning>> = {
  NoSuchKey: { code: 'NotFound', message: 'no object has this key' },
  NoSuchUpload: { code: 'Unavailable', message: 'the multipart upload is gone: put it again' },
  // Not NotFound, which would make a mistyped bucket look like an empty one.
  NoSuchBucket: { code: 'Unknown', message: 'the bucket does not exist: check its name' },
  AccessDenied: { code: 'PermissionDenied' },
  AllAccessDisabled: { code: 'PermissionDenied' },
  AccountProblem: { code: 'PermissionDenied' },
  InvalidAccessKeyId: { code: 'PermissionDenied' },
  SignatureDoesNotMatch: { code: 'PermissionDenied' },
  InvalidObjectState: { code: 'PermissionDenied' },
  RequestTimeTooSkewed: {
    code: 'PermissionDenied',
    message: "this machine's clock differs too much from the store's: set it right",
  },
  ExpiredToken: { code: 'CredentialsExpired' },
  ExpiredTokenException: { code: 'CredentialsExpired' },
  InvalidToken: { code: 'CredentialsExpired' },
  TokenRefreshRequired: { code: 'CredentialsExpired' },
  RequestExpired: { code: 'CredentialsExpired' },
  PreconditionFailed: { code: 'PreconditionFailed' },
  ConditionalRequestConflict: { code: 'Unavailable' },
  OperationAborted: { code: 'Unavailable' },
  SlowDown: { code: 'RateLimited' },
  Throttling: { code: 'RateLimited' },
  ThrottlingException: { code: 'RateLimited' },
  RequestLimitExceeded: { code: 'RateLimited' },
  TooManyRequests: { code: 'RateLimited' },
  BadDigest: { code: 'ChecksumMismatch' },
  InvalidDigest: { code: 'ChecksumMismatch' },
  XAmzContentSHA256Mismatch: { code: 'ChecksumMismatch' },
  XAmzContentChecksumMismatch: { code: 'ChecksumMismatch' },
  EntityTooLarge: { code: 'TooLarge' },
  KeyTooLongError: { code: 'TooLarge' },
  IncompleteBody: { code: 'Unavailable' },
  RequestTimeout: { code: 'Unavailable' },
  InternalError: { code: 'Unavailable' },
  ServiceUnavailable: { code: 'Unavailable' },
  NotImplemented: { code: 'Unsupported' },
  MethodNotAllowed: { code: 'Unsupported' },
  MissingContentLength: { code: 'Unsupported' },
  PermanentRedirect: { code: 'Unknown', message: WRONG_REGION },
  TemporaryRedirect: { code: 'Unknown', message: WRONG_REGION },
  AuthorizationHeaderMalformed: { code: 'Unknown', message: WRONG_REGION },
};

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  301: { code: 'Unknown', message: WRONG_REGION },
  307: { code: 'Unknown', message: WRONG_REGION },
  401: { code: 'PermissionDenied' },
  403: { code: 'PermissionDenied' },
  404: { code: 'NotFound', message: 'no object has this key' },
  405: { code: 'Unsupported' },
  408: { code: 'Unavailable' },
  409: { code: 'Unavailable' },
  411: { code: 'Unsupported' },
  412: { code: 'PreconditionFailed' },
  413: { code: 'TooLarge' },
  429: { code: 'RateLimited' },
  501: { code: 'Unsupported' },
};

/** Anything thrown while talking to S3 as a StorageError that holds no secret. */
export function toStorageError(
  error: unknown,
  call: CallContext,
  context: TranslationContext,
): StorageError {
  if (error instanceof StorageError) return error;
  if (call.signal?.aborted) return abortedError(call);
  if (error instanceof CredentialsFailure) return credentialsError(error, call);
  const seen = describe(error, context.redact);
  const network = networkMeaning(error);
  if (seen.status === undefined && network !== undefined)
    return failure(call, {
      code: network.code,
      message: `${context.place}: ${network.message}`,
      cause: seen,
    });
  const meaning = meaningOf(seen, context);
  const words = meaning.message ?? seen.message;
  const status = seen.status === undefined ? '' : `, status ${seen.status}`;
  const request = seen.requestId === undefined ? '' : `, request ${seen.requestId}`;
  return failure(call, {
    code: meaning.code,
    message: `${words} [bucket ${context.bucket}, ${context.place}${status}${request}]`,
    cause: seen,
  });
}

/** S3's own code of a translated error, where the StorageError's is too coarse. */
export function s3CodeOf(error: unknown): string | undefined {
  const cause = error instanceof StorageError ? error.cause : undefined;
  return cause instanceof S3Failure ? cause.code : undefined;
}

/** Whether the store may have done what it was asked: it said nothing, or that it broke. */
export function leavesDoubt(error: StorageError): boolean {
  return error.code === 'Unavailable' && s3StatusOf(error) !== 409;
}

export function s3StatusOf(error: unknown): number | undefined {
  const cause = error instanceof StorageError ? error.cause : undefined;
  return cause instanceof S3Failure ? cause.status : undefined;
}

function meaningOf(seen: S3Failure, context: TranslationContext): Meaning {
  const { code, status = 0 } = seen;
  // Some stores call it AccessDenied, and AWS answers a HEAD with a bare 400.
  if (context.credentialsExpired && [400, 401, 403].includes(status))
    return { code: 'CredentialsExpired', message: 'the credentials are past their expiry' };
  const known = BY_CODE[code] ?? BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return { code: 'Unavailable' };
  if (status >= 200 && status < 300)
    return { code: 'Unavailable', message: `the answer could not be read (${seen.message})` };
  return { code: 'Unknown' };
}

function credentialsError(error: CredentialsFailure, call: CallContext): StorageError {
  const { cause } = error;
  const retryable = cause instanceof Error && 'retryable' in cause && cause.retryable === true;
  return failure(call, {
    code: retryable ? 'Unavailable' : 'PermissionDenied',
    message: `no credentials: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });
}

function describe(error: unknown, redact: (text: string) => string): S3Failure {
  if (!(error instanceof Error)) return new S3Failure('Unknown', redact(String(error)));
  const metadata = propertyOf(error, '$metadata');
  const status = propertyOf(metadata, 'httpStatusCode');
  const requestId = propertyOf(metadata, 'requestId');
  return new S3Failure(
    redact(error.name),
    redact(error.message),
    typeof status === 'number' ? status : undefined,
    typeof requestId === 'string' ? redact(requestId) : undefined,
  );
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
