import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { PresignedRequest, StoreOperation } from '@data-universe/core-auth';
import { CredentialsFailure } from '../errors.ts';
import type { HttpHandler } from '../http/http-handler.ts';
import type { PresignedBackendOptions } from '../options.ts';
import type { ResolvedOptions } from '../resolve-options.ts';
import { type SignedPlace, urlOf } from './check-presigned.ts';
import { hasExpired, SignatureExpired } from './expiry.ts';
import type { HttpRequest } from './http-request.ts';
import { likelyAfter, operationOf } from './operation-of.ts';

/** No store minds them, unsigned as they are. */
const UNSIGNED_HEADERS = ['expect', 'if-match', 'range', 'user-agent'];
/** A HEAD has no body to say why. */
const REFUSALS = new Set([400, 401, 403]);

type SdkHandler = Pick<HttpHandler, 'handle'>;

/**
 * What makes an SDK client send requests that were signed elsewhere: its own signature is replaced by one for
 * the operation it is about to do, and a refusal for age makes it ask for another.
 */
export function presigning(
  { presigner, signedEndpoint }: PresignedBackendOptions,
  { endpoint = '', bucket, conditionalWrites }: ResolvedOptions,
  handler: HttpHandler,
): S3ClientConfig {
  const place: SignedPlace = {
    endpoint: signedEndpoint ?? endpoint,
    bucket,
    createOnly: conditionalWrites,
  };
  const operations = new WeakMap<object, StoreOperation>();

  const presigned = async (operation: StoreOperation): Promise<PresignedRequest> => {
    try {
      return await presigner.request(operation, likelyAfter(operation));
    } catch (cause) {
      throw new CredentialsFailure('the request was not signed', { cause });
    }
  };
  const sign = async <R extends HttpRequest>(request: R): Promise<R> => {
    const operation = operationOf(request, bucket);
    const signed = await presigned(operation);
    const url = urlOf(operation, signed, place);
    const unsigned = UNSIGNED_HEADERS.flatMap((name) => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, value]];
    });
    request.path = url.pathname;
    request.query = Object.fromEntries(url.searchParams);
    request.headers = {
      ...Object.fromEntries(unsigned),
      ...signed.headers,
      // The store checks a signature over it, whichever way the request goes.
      host: url.host,
    };
    operations.set(request, operation);
    return request;
  };
  const handle: SdkHandler['handle'] = async (request, options) => {
    const answer = await handler.handle(request, options);
    const { statusCode, headers, body } = answer.response;
    const operation = operations.get(request);
    if (operation === undefined || !REFUSALS.has(statusCode)) return answer;
    presigner.forget(operation);
    if (!hasExpired(request.query ?? {}, headers.date)) return answer;
    body.destroy();
    throw new SignatureExpired(statusCode);
  };
  return {
    forcePathStyle: true,
    signer: { sign },
    requestHandler: {
      metadata: handler.metadata,
      handle,
      destroy: () => handler.destroy(),
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
  };
}
