import type { PresignedRequest, StoreOperation } from '@data-universe/core-auth';
import type { UploadJournal } from './upload-journal.ts';

/** Temporary credentials, or lasting ones without a session token. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Tells a refusal for age from any other, on stores that don't say. */
  readonly expiration?: Date | undefined;
}

export interface CredentialsRequest {
  /** The store refused the credentials given last: others are needed. */
  readonly forceRefresh: boolean;
}

/** How to deal with a store, whichever it is. */
export interface S3Settings {
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. Default: true where an endpoint is given. */
  readonly pathStyle?: boolean | undefined;
  /** PEM certificates to trust in place of the public authorities, for a store behind a private one. */
  readonly ca?: string | undefined;
  /** Default 50; a `get` holds one until its body is read or left. */
  readonly maxConnections?: number | undefined;
  /**
   * Bytes that go in one request: bodies of so many and more are sent in parts of this size.
   * Default: 8 MiB, for bodies from 16 MiB.
   */
  readonly partSize?: number | undefined;
  /** Of all puts together, sent or being read, each in memory; default 4. */
  readonly partsAtOnce?: number | undefined;
  /**
   * `when-supported` (default) has the store verify and keep a SHA-256 of its own. `when-required`
   * sends no checksum header, for stores that refuse them; the signed payload hash protects either way.
   */
  readonly checksumMode?: 'when-supported' | 'when-required' | undefined;
  /**
   * What proves a put: `trust-store` its success; `read-back` the object read again and hashed;
   * `read-back-unless-confirmed` (default) the SHA-256 that the store says it has checked, or else
   * the object read again.
   */
  readonly verifyAfterPut?: 'trust-store' | 'read-back' | 'read-back-unless-confirmed' | undefined;
  /**
   * False for stores that refuse `If-None-Match`: create-only puts then look for the key first,
   * and two that race can both succeed. Default true.
   */
  readonly conditionalWrites?: boolean | undefined;
  /** Milliseconds for a new connection, TLS included. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Milliseconds without a byte in either direction before an attempt is given up. Default 30,000. */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * Milliseconds for a whole call, repeats included and the time that a body's reader takes left
   * out. Default: 15 minutes, and a second more for every 64 KiB of the body.
   */
  readonly callTimeoutMs?: number | undefined;
  /** Of each request, the first included. Default 6. */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds from the first failure of a request in which it may be repeated. Default 60,000. */
  readonly retryBudgetMs?: number | undefined;
  /** Where uploads in parts are noted, so that the same put goes on with its upload after a restart. */
  readonly uploadJournal?: UploadJournal | undefined;
}

export interface S3StoreOptions extends S3Settings {
  readonly bucket: string;
  readonly region: string;
  /** http(s) URL of an S3-compatible store; Amazon S3 without it. */
  readonly endpoint?: string | undefined;
}

export interface S3BackendOptions extends S3StoreOptions {
  /** Asked before every request, so it caches; what it throws may say `retryable: true`. */
  readonly credentials: (request: CredentialsRequest) => Promise<S3Credentials>;
}

/** A store that is opened request by request: each is signed elsewhere, and no credentials are here. */
export interface PresignedBackendOptions extends S3StoreOptions {
  readonly presigner: Presigner;
  /** Where the signatures send to, where `endpoint` is another way there. Default: `endpoint`. */
  readonly signedEndpoint?: string | undefined;
}

/** Signed requests, as `PresignedRequests` of core-auth gets them from a credential service. */
export interface Presigner {
  /** `likely` will be wanted soon. What it throws may say `retryable: true`. */
  request(operation: StoreOperation, likely?: readonly StoreOperation[]): Promise<PresignedRequest>;
  /** The store has refused it: others are needed. */
  forget(operation: StoreOperation): void;
  close(): void;
}
