import { readBounded } from '@data-universe/core-auth/bounded-body';
import { AwsV4Signer } from 'aws4fetch';
import { z } from 'zod';
import { type AwsCredentialsProvider, environmentCredentials } from './aws-credentials.ts';
import { AwsRequestError } from './aws-request-error.ts';
import {
  type AwsServiceName,
  awsEndpoint,
  regionSchema,
  serviceEndpointSchema,
} from './service-endpoint.ts';

const optionsSchema = z.object({
  service: z.enum(['dynamodb', 's3', 'sts']),
  region: regionSchema,
  endpoint: serviceEndpointSchema.optional(),
  timeoutMilliseconds: z.int().positive().default(5_000),
  maxAnswerBytes: z.int().positive().default(65_536),
});

export interface SignedFetchOptions {
  readonly service: AwsServiceName;
  readonly region: string;
  /** `https://host[:port]`, or http on this machine. Default: AWS' own of the region. */
  readonly endpoint?: string | undefined;
  /** Default: from the environment. */
  readonly credentials?: AwsCredentialsProvider | undefined;
  /** For one exchange, answer included. Default 5,000. */
  readonly timeoutMilliseconds?: number | undefined;
  /** Default 65,536. */
  readonly maxAnswerBytes?: number | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: (() => number) | undefined;
}

export interface SignedPost {
  /** All are signed but content-type and content-length. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal?: AbortSignal | undefined;
}

/** Whatever the status: refusals are for the caller to read. */
export interface SignedAnswer {
  readonly status: number;
  /** UTF-8. */
  readonly text: string;
}

export interface PresignOptions {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  /** From the root of the endpoint: `['bucket', 'data', 'x', ...]`. */
  readonly segments: readonly string[];
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Whoever uses the URL must send exactly these; all are signed. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly expiresSeconds: number;
}

/** One service of a cloud, spoken to in requests signed with Signature Version 4. */
export class SignedFetch {
  readonly #options: z.output<typeof optionsSchema>;
  readonly #endpoint: URL;
  readonly #credentials: AwsCredentialsProvider;
  readonly #now: () => number;

  /** Throws ZodError where an option is wrong. Nothing is asked yet. */
  constructor(options: SignedFetchOptions) {
    this.#options = optionsSchema.parse(options);
    const { service, region, endpoint } = this.#options;
    this.#endpoint = new URL(endpoint ?? awsEndpoint(service, region));
    this.#credentials = options.credentials ?? environmentCredentials();
    this.#now = options.now ?? Date.now;
  }

  /** `POST /`. Throws AwsRequestError where there is no answer. */
  async post({ headers, body, signal }: SignedPost): Promise<SignedAnswer> {
    const signer = await this.#signer({ method: 'POST', url: this.#endpoint.href, headers, body });
    const signed = await signer.sign();
    const timeout = AbortSignal.timeout(this.#options.timeoutMilliseconds);
    try {
      const response = await fetch(signed.url, {
        method: 'POST',
        headers: signed.headers,
        body,
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      return await this.#read(response);
    } catch (error) {
      if (error instanceof AwsRequestError) throw error;
      if (signal?.aborted === true) throw this.#fault('Aborted', 'was given up by its caller');
      if (timeout.aborted) {
        const limit = this.#options.timeoutMilliseconds;
        throw this.#fault('Timeout', `had no answer within ${limit} ms`);
      }
      throw this.#fault('Unreachable', `found no connection, or one that broke (${codeOf(error)})`);
    }
  }

  /** A URL that does one thing for whoever holds it, until it expires. Throws AwsRequestError, or RangeError for a segment that no path can spell. */
  async presign({
    method,
    segments,
    query,
    headers,
    expiresSeconds,
  }: PresignOptions): Promise<URL> {
    const path = `/${segments.map(encodeSegment).join('/')}`;
    const url = new URL(path, this.#endpoint);
    // URL resolves dots even where they are escaped.
    if (url.pathname !== path)
      throw new RangeError('a "." or ".." can not be part of a signed path');
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    url.searchParams.set('X-Amz-Expires', String(expiresSeconds));
    const signer = await this.#signer({
      method,
      url: url.href,
      headers: headers ?? {},
      signQuery: true,
      allHeaders: true,
    });
    const signed = await signer.sign();
    // A space as "+" means a space to some stores, and itself to others.
    signed.url.search = signed.url.search.replaceAll('+', '%20');
    return signed.url;
  }

  async #signer(request: SignerRequest): Promise<AwsV4Signer> {
    const { service, region } = this.#options;
    const { accessKeyId, secretAccessKey, sessionToken } = await this.#ownCredentials();
    return new AwsV4Signer({
      ...request,
      service,
      region,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      datetime: amzDate(this.#now()),
    });
  }

  async #ownCredentials() {
    try {
      return await this.#credentials();
    } catch {
      // A provider's error may quote what it found.
      throw this.#fault('NoCredentials', 'has nothing to be signed with: check AWS_ACCESS_KEY_ID');
    }
  }

  async #read(response: Response): Promise<SignedAnswer> {
    const { status } = response;
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      throw this.#fault('Redirected', `was sent elsewhere (HTTP ${status}): check the endpoint`);
    }
    const { maxAnswerBytes } = this.#options;
    const body = await readBounded(response, maxAnswerBytes);
    if (body === undefined)
      throw this.#fault('AnswerTooLong', `was answered with over ${maxAnswerBytes} bytes`);
    return { status, text: new TextDecoder().decode(body) };
  }

  #fault(code: AwsRequestError['code'], what: string): AwsRequestError {
    const { service } = this.#options;
    return new AwsRequestError(code, `a request to ${service} at ${this.#endpoint.host} ${what}`);
  }
}

interface SignerRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signQuery?: true;
  readonly allHeaders?: true;
}

/** By RFC 3986, as Signature Version 4 wants it. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `YYYYMMDDTHHMMSSZ`. */
function amzDate(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replaceAll(/[:-]/g, '').slice(0, 15)}Z`;
}

/** fetch keeps what happened in the cause of its error; its code alone is told. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return 'unknown';
  const code = 'code' in cause ? String(cause.code) : cause.name;
  return /^[\w.-]{1,64}$/.test(code) ? code : 'unknown';
}
