import { abortedError, type CallContext, failure, StorageError } from '@data-universe/storage-core';
import { BY_CODE, BY_STATUS, type Meaning } from './error-meanings.ts';
import { networkMeaning } from './network-errors.ts';
import { describeFailure, type S3Failure } from './s3-failure.ts';

/** The caller's own credentials function failed: not the store's doing. */
export class CredentialsFailure extends Error {
  override readonly name = 'CredentialsFailure';
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

/** Anything thrown while talking to S3 as a StorageError that holds no secret. */
export function toStorageError(
  error: unknown,
  call: CallContext,
  context: TranslationContext,
): StorageError {
  if (error instanceof StorageError) return error;
  if (call.signal?.aborted) return abortedError(call);
  if (error instanceof CredentialsFailure) return credentialsError(error, call);
  const seen = describeFailure(error, context.redact);
  const network = networkMeaning(error);
  // With a status, too: an answer that was cut in its body may have gone on to say why.
  if (network !== undefined)
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
