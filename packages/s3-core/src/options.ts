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

export interface S3BackendOptions {
  readonly bucket: string;
  readonly region: string;
  /** http(s) URL of an S3-compatible store; Amazon S3 without it. */
  readonly endpoint?: string | undefined;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. Default: true where an endpoint is given. */
  readonly pathStyle?: boolean | undefined;
  /** Asked before every request, so it caches; what it throws may say `retryable: true`. */
  readonly credentials: (request: CredentialsRequest) => Promise<S3Credentials>;
  /** Milliseconds without a byte in either direction before an attempt is given up. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Of each request, the first included. Default 4. */
  readonly maxAttempts?: number | undefined;
  /**
   * `when-supported` (default) has the store verify and keep a SHA-256 of its own. `when-required`
   * sends no checksum header, for stores that refuse them; the signed payload hash protects either way.
   */
  readonly checksumMode?: 'when-supported' | 'when-required' | undefined;
}

export interface ResolvedOptions {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly pathStyle: boolean;
  readonly credentials: (request: CredentialsRequest) => Promise<S3Credentials>;
  readonly requestTimeoutMs: number;
  readonly maxAttempts: number;
  readonly sendsChecksums: boolean;
  /** For messages and ledgers. */
  readonly place: string;
}

/** Throws TypeError for options that can't be meant. */
export function resolveOptions(options: S3BackendOptions): ResolvedOptions {
  const { bucket, region, requestTimeoutMs = 30_000, maxAttempts = 4 } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]+$/.test(bucket))
    throw new TypeError(`bucket is not a bucket name: ${JSON.stringify(bucket)}`);
  if (!/^[A-Za-z0-9-]+$/.test(region))
    throw new TypeError(`region is not a region: ${JSON.stringify(region)}`);
  if (!(requestTimeoutMs > 0)) throw new TypeError('requestTimeoutMs must be over 0');
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1)
    throw new TypeError('maxAttempts must be a whole number from 1');
  const endpoint = options.endpoint === undefined ? undefined : parseEndpoint(options.endpoint);
  return {
    bucket,
    region,
    endpoint,
    pathStyle: options.pathStyle ?? endpoint !== undefined,
    credentials: options.credentials,
    requestTimeoutMs,
    maxAttempts,
    sendsChecksums: options.checksumMode !== 'when-required',
    place: endpoint ?? `Amazon S3 in ${region}`,
  };
}

function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new TypeError('endpoint is not an http or https URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new TypeError('endpoint may hold no user, password, query or fragment');
  return url.href.replace(/\/+$/, '');
}
