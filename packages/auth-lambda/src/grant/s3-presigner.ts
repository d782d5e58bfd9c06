import type { PresignedRequest, StoreOperation } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import {
  type AwsCredentials,
  type AwsCredentialsProvider,
  environmentCredentials,
} from '../aws/aws-credentials.ts';
import { type PresignOrder, presignedUrl } from '../aws/presigned-url.ts';
import { awsEndpoint, regionSchema, serviceEndpointSchema } from '../aws/service-endpoint.ts';
import { isBucketName } from './bucket-name.ts';
import { IssuerUnavailableError } from './credential-issuer.ts';
import type { RequestPresigner, SignedRequests } from './request-presigner.ts';

const DEFAULT_SECONDS = 300;
const MAX_SECONDS = 3600;

const optionsSchema = z.object({
  bucket: z.string().refine(isBucketName, 'not a bucket name by the rules of S3'),
  region: regionSchema,
  endpoint: serviceEndpointSchema.optional(),
  seconds: z.int().min(1).max(MAX_SECONDS).default(DEFAULT_SECONDS),
  createOnly: z.boolean().default(true),
  checksums: z.boolean().default(true),
  privateAcl: z.boolean().default(false),
});

export interface S3PresignerOptions {
  readonly bucket: string;
  readonly region: string;
  /** Of the store, as clients reach it. Default: Amazon S3 of the region. */
  readonly endpoint?: string | undefined;
  /** May put, get, head and list in the bucket. Default: those of the environment, as at each request. */
  readonly credentials?: AwsCredentials | AwsCredentialsProvider | undefined;
  /** How long a signature is good for: 1 to 3,600, by default 300. */
  readonly seconds?: number | undefined;
  /** False for stores that refuse `If-None-Match`: a hotkey can then replace objects of its own. */
  readonly createOnly?: boolean | undefined;
  /** False for stores that refuse `x-amz-checksum-*`. */
  readonly checksums?: boolean | undefined;
  /**
   * Signs `x-amz-acl: private` into puts, for stores that obey an `x-amz-acl` header which nobody has signed.
   * Default false: Amazon S3 refuses such headers, and buckets without ACLs refuse this one.
   */
  readonly privateAcl?: boolean | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: (() => number) | undefined;
}

/** Presigned requests by Signature Version 4, each for one operation on one key and nothing beside it. */
export class S3Presigner implements RequestPresigner {
  readonly endpoint: string;
  readonly createOnly: boolean;
  readonly checksums: boolean;
  readonly #options: z.output<typeof optionsSchema>;
  readonly #credentials: AwsCredentialsProvider;
  readonly #now: () => number;

  /** Throws ZodError where an option is wrong. */
  constructor(options: S3PresignerOptions) {
    this.#options = optionsSchema.parse(options);
    const { region, endpoint, createOnly, checksums } = this.#options;
    const { credentials, now = Date.now } = options;
    this.endpoint = endpoint ?? awsEndpoint('s3', region);
    this.createOnly = createOnly;
    this.checksums = checksums;
    this.#now = now;
    this.#credentials =
      typeof credentials === 'object'
        ? () => credentials
        : (credentials ?? environmentCredentials());
  }

  async presign(operations: readonly StoreOperation[]): Promise<SignedRequests> {
    const { region, seconds } = this.#options;
    const credentials = await this.#key();
    const now = this.#now();
    const endpoint = new URL(this.endpoint);
    const requests = operations.map((operation): PresignedRequest => {
      const request = this.#requestOf(operation);
      const place = { endpoint, region, credentials, expiresSeconds: seconds, now };
      const { method, headers } = request;
      return { method, headers, url: presignedUrl({ ...request, ...place }) };
    });
    // A signature names the second.
    const signedAt = Math.floor(now / 1000) * 1000;
    return { requests, expiration: new Date(signedAt + seconds * 1000) };
  }

  async #key(): Promise<AwsCredentials> {
    try {
      return await this.#credentials();
    } catch {
      // A provider's error may quote what it found.
      throw new IssuerUnavailableError('there is no key to sign with: check the environment');
    }
  }

  #requestOf(operation: StoreOperation): Unsigned {
    const { bucket } = this.#options;
    if (operation.op === 'list')
      return {
        method: 'GET',
        segments: [bucket],
        query: {
          'list-type': '2',
          // A key may hold characters that XML cannot.
          'encoding-type': 'url',
          prefix: operation.prefix,
          ...(operation.start_after !== undefined && { 'start-after': operation.start_after }),
          ...(operation.max_keys !== undefined && { 'max-keys': String(operation.max_keys) }),
        },
        headers: {},
      };
    const segments = [bucket, ...operation.key.split('/')];
    if (operation.op === 'get') return { method: 'GET', segments, query: {}, headers: {} };
    if (operation.op === 'head') {
      const headers: Record<string, string> = this.checksums
        ? { 'x-amz-checksum-mode': 'ENABLED' }
        : {};
      return { method: 'HEAD', segments, query: {}, headers };
    }
    return { method: 'PUT', segments, query: {}, headers: this.#putHeaders(operation) };
  }

  /** What makes a put of exactly these bytes: a store that checks signatures takes no others. */
  #putHeaders({ size, sha256 }: Extract<StoreOperation, { op: 'put' }>): Record<string, string> {
    return {
      'content-length': String(size),
      'x-amz-content-sha256': sha256,
      'x-amz-meta-sha256': sha256,
      ...(this.checksums && {
        'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
      }),
      ...(this.createOnly && { 'if-none-match': '*' }),
      ...(this.#options.privateAcl && { 'x-amz-acl': 'private' }),
    };
  }
}

type Unsigned = Pick<PresignOrder, 'method' | 'segments' | 'query'> & {
  readonly headers: Record<string, string>;
};
