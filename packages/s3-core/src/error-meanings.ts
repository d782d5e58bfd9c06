import type { StorageErrorCode } from '@data-universe/storage-core';

export interface Meaning {
  readonly code: StorageErrorCode;
  /** Instead of the store's own words. */
  readonly message?: string;
}

const WRONG_REGION = 'the bucket lives in another region: check the configured region';

export const BY_CODE: Readonly<Record<string, Meaning>> = {
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

export const BY_STATUS: Readonly<Record<number, Meaning>> = {
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
