import { S3Client } from '@aws-sdk/client-s3';
import {
  type CallContext,
  type StorageError,
  throwIfAborted,
  untilAborted,
} from '@data-universe/storage-core';
import { CredentialsFailure, toStorageError } from './errors.ts';
import {
  type ResolvedOptions,
  resolveOptions,
  type S3BackendOptions,
  type S3Credentials,
} from './options.ts';
import { withRetry } from './retry.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** Without one the SDK writes to the console what it throws as an error too. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export type Send<T> = (
  client: S3Client,
  options: { readonly abortSignal?: AbortSignal },
) => Promise<T>;

/** One bucket and the client that speaks to it: credentials, retries and errors of every request. */
export class S3Connection {
  readonly options: ResolvedOptions;
  readonly #client: S3Client;
  #current: S3Credentials | undefined;
  /** The access key the store refused, until others are in use. */
  #refused: string | undefined;

  constructor(options: S3BackendOptions) {
    this.options = resolveOptions(options);
    const { region, endpoint, pathStyle, requestTimeoutMs } = this.options;
    this.#client = new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      forcePathStyle: pathStyle,
      // `memoized` keeps the SDK from caching: the caller's function knows better when to renew.
      credentials: Object.assign(() => this.#credentials(), { memoized: true }),
      // Every body has its own SHA-256; the default CRC32 trailer is answered 411 by some stores.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // `withRetry` repeats, with a fresh body; the SDK could not rewind one.
      maxAttempts: 1,
      logger: SILENT,
      requestHandler: {
        connectionTimeout: Math.min(requestTimeoutMs, CONNECT_TIMEOUT_MS),
        socketTimeout: requestTimeoutMs,
      },
    });
  }

  /** Runs a request, repeated while that may help. Throws StorageError. */
  request<T>(call: CallContext, send: Send<T>): Promise<T> {
    return withRetry(call, this.options.maxAttempts, () => this.once(call, send));
  }

  /** One attempt, for a caller that repeats in its own way. */
  async once<T>(call: CallContext, send: Send<T>): Promise<T> {
    throwIfAborted(call);
    const options = call.signal === undefined ? {} : { abortSignal: call.signal };
    try {
      return await untilAborted(send(this.#client, options), call);
    } catch (error) {
      throw this.translate(error, call);
    }
  }

  /** Anything thrown while talking to the store as a StorageError that holds no secret. */
  translate(error: unknown, call: CallContext): StorageError {
    const { place, bucket } = this.options;
    const translated = toStorageError(error, call, {
      place,
      bucket,
      credentialsExpired: isPast(this.#current?.expiration),
      redact: (text) => this.#redact(text),
    });
    if (translated.code === 'CredentialsExpired') this.#refused = this.#current?.accessKeyId;
    return translated;
  }

  close(): void {
    this.#client.destroy();
  }

  async #credentials() {
    try {
      const { credentials } = this.options;
      let given = await credentials({ forceRefresh: false });
      if (given.accessKeyId === this.#refused) given = await credentials({ forceRefresh: true });
      this.#refused = undefined;
      this.#current = given;
      const { accessKeyId, secretAccessKey, sessionToken } = given;
      return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
    } catch (cause) {
      throw new CredentialsFailure('the credentials function failed', { cause });
    }
  }

  #redact(text: string): string {
    const { secretAccessKey, sessionToken } = this.#current ?? {};
    let clean = text.replace(/Signature=[0-9a-f]+/gi, 'Signature=[redacted]');
    for (const secret of [secretAccessKey, sessionToken])
      if (secret) clean = clean.replaceAll(secret, '[redacted]');
    return clean;
  }
}

function isPast(time: Date | undefined): boolean {
  return time !== undefined && time.getTime() <= Date.now();
}
