import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import {
  type CallContext,
  type ObjectKey,
  type StorageError,
  throwIfAborted,
  untilAborted,
} from '@data-universe/storage-core';
import { BufferPool } from './buffer-pool.ts';
import { CredentialsFailure, toStorageError } from './errors.ts';
import { HttpHandler } from './http/http-handler.ts';
import type { PresignedBackendOptions, S3BackendOptions, S3Credentials } from './options.ts';
import { presigning } from './presigned/presigning.ts';
import { type ResolvedOptions, resolveOptions } from './resolve-options.ts';
import { type Attempt, withRetry } from './retry.ts';
import { RetryQuota } from './retry-quota.ts';

/** Without one the SDK writes to the console what it throws as an error too. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export type Send<T> = (
  client: S3Client,
  options: { readonly abortSignal?: AbortSignal },
) => Promise<T>;

/** Those of a client that gets its requests signed elsewhere. */
const NO_CREDENTIALS: S3Credentials = { accessKeyId: '-', secretAccessKey: '' };

/** A client that signs with these credentials, for as long as they are the ones in use. */
interface Session {
  readonly credentials: S3Credentials;
  readonly client: S3Client;
}

/** One bucket and the client that speaks to it: credentials, retries and errors of every request. */
export class S3Connection {
  readonly options: ResolvedOptions;
  /** Memory for the parts of every put, together. */
  readonly buffers: BufferPool;
  /** Keys whose entry in the upload journal belongs to a put that is under way. */
  readonly journaledKeys = new Set<ObjectKey>();
  readonly #access: Pick<S3BackendOptions, 'credentials'> | PresignedBackendOptions;
  readonly #handler: HttpHandler;
  readonly #quota = new RetryQuota();
  #session: Session | undefined;
  /** The access key the store refused, until others are in use. */
  #refused: string | undefined;
  #refreshing: Promise<S3Credentials> | undefined;
  #renewals = 0;

  constructor(options: S3BackendOptions | PresignedBackendOptions) {
    this.#access = options;
    this.options = resolveOptions(options);
    const { maxConnections, ca, connectTimeoutMs, idleTimeoutMs, partsAtOnce } = this.options;
    this.buffers = new BufferPool(partsAtOnce);
    this.#handler = new HttpHandler({
      maxConnections,
      ca,
      connectMs: connectTimeoutMs,
      idleMs: idleTimeoutMs,
    });
  }

  /** Runs a request, repeated while that may help. Throws StorageError. */
  request<T>(call: CallContext, send: Send<T>): Promise<T> {
    return this.repeating(call, () => this.once(call, send));
  }

  /** Repeats what consists of single requests, as `request` repeats one. */
  repeating<T>(call: CallContext, attempt: (attempt: Attempt) => Promise<T>): Promise<T> {
    return withRetry(call, { ...this.options, quota: this.#quota }, attempt);
  }

  /** One attempt, for a caller that repeats in its own way. */
  async once<T>(call: CallContext, send: Send<T>): Promise<T> {
    throwIfAborted(call);
    const options = call.signal === undefined ? {} : { abortSignal: call.signal };
    let session: Session | undefined;
    try {
      session = await untilAborted(this.#openSession(), call);
      return await untilAborted(send(session.client, options), call);
    } catch (error) {
      throw this.#translate(error, call, session);
    }
  }

  /** Anything thrown while an answer's body is read as a StorageError that holds no secret. */
  translate(error: unknown, call: CallContext): StorageError {
    return this.#translate(error, call, this.#session);
  }

  /** How often a refusal of the store's has had credentials renewed. */
  get renewals(): number {
    return this.#renewals;
  }

  close(): void {
    this.#handler.destroy();
    if ('presigner' in this.#access) this.#access.presigner.close();
  }

  /** The session that signed, for while a request was under way others may have come into use. */
  #translate(error: unknown, call: CallContext, session: Session | undefined): StorageError {
    const { place, bucket } = this.options;
    const translated = toStorageError(error, call, {
      place,
      bucket,
      credentialsExpired: isPast(session?.credentials.expiration),
      redact: (text) => redact(text, session?.credentials),
    });
    if (translated.code === 'CredentialsExpired') this.#refused = session?.credentials.accessKeyId;
    return translated;
  }

  async #openSession(): Promise<Session> {
    const access = this.#access;
    if ('presigner' in access) {
      this.#session ??= {
        credentials: NO_CREDENTIALS,
        client: this.#clientFor(NO_CREDENTIALS, presigning(access, this.options, this.#handler)),
      };
      return this.#session;
    }
    const { credentials } = access;
    let given: S3Credentials;
    try {
      given = await credentials({ forceRefresh: false });
      if (given.accessKeyId === this.#refused) given = await this.#refresh(credentials);
    } catch (cause) {
      throw new CredentialsFailure('the credentials function failed', { cause });
    }
    if (this.#session === undefined || !areSame(this.#session.credentials, given))
      this.#session = { credentials: given, client: this.#clientFor(given) };
    return this.#session;
  }

  /** Once for all the requests that were refused together. */
  #refresh(credentials: S3BackendOptions['credentials']): Promise<S3Credentials> {
    this.#refreshing ??= credentials({ forceRefresh: true }).finally(() => {
      this.#refreshing = undefined;
      this.#refused = undefined;
      this.#renewals += 1;
    });
    return this.#refreshing;
  }

  #clientFor(
    { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
    further: S3ClientConfig = {},
  ): S3Client {
    const { region, endpoint, pathStyle } = this.options;
    return new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      forcePathStyle: pathStyle,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
      // Every body has its own SHA-256; the default CRC32 trailer is answered 411 by some stores.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // `withRetry` repeats, with a fresh body; the SDK could not rewind one.
      maxAttempts: 1,
      logger: SILENT,
      requestHandler: this.#handler,
      ...further,
    });
  }
}

function areSame(a: S3Credentials, b: S3Credentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey &&
    a.sessionToken === b.sessionToken &&
    a.expiration?.getTime() === b.expiration?.getTime()
  );
}

function isPast(time: Date | undefined): boolean {
  return time !== undefined && time.getTime() <= Date.now();
}

function redact(text: string, { secretAccessKey, sessionToken }: Partial<S3Credentials> = {}) {
  let clean = text.replace(/Signature=[0-9a-f]+/gi, 'Signature=[redacted]');
  for (const secret of [secretAccessKey, sessionToken])
    if (secret) clean = clean.replaceAll(secret, '[redacted]');
  return clean;
}
