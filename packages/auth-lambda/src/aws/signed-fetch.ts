import { type HttpAnswer, HttpTimeoutError, httpPost } from '@data-universe/core-auth/http-post';
import aws4 from 'aws4';
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
  /** All of them are signed. */
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
    const signed = await this.#sign({ method: 'POST', path: '/', headers, body });
    const { timeoutMilliseconds, maxAnswerBytes } = this.#options;
    try {
      const answer = await httpPost({
        url: this.#endpoint,
        headers: signed.headers,
        body,
        timeoutMs: timeoutMilliseconds,
        signal,
        maxAnswerBytes,
      });
      return this.#checked(answer);
    } catch (error) {
      if (error instanceof AwsRequestError) throw error;
      if (signal?.aborted === true) throw this.#fault('Aborted', 'was given up by its caller');
      if (error instanceof HttpTimeoutError)
        throw this.#fault('Timeout', `had no answer within ${timeoutMilliseconds} ms`);
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
    const all = {
      ...query,
      'X-Amz-Date': amzDate(this.#now()),
      'X-Amz-Expires': String(expiresSeconds),
    };
    const pairs = Object.entries(all).map((pair) => pair.map(encodeRfc3986).join('='));
    const target = `${path}?${pairs.join('&')}`;
    const signed = await this.#sign({ method, path: target, headers, signQuery: true });
    const url = new URL(signed.path, this.#endpoint);
    // URL resolves dots even where they are escaped.
    if (url.pathname !== path)
      throw new RangeError('a "." or ".." can not be part of a signed path');
    return url;
  }

  async #sign({ headers, ...request }: Unsigned): Promise<Signed> {
    const { service, region } = this.#options;
    const credentials = await this.#ownCredentials();
    const dated = request.signQuery === true ? {} : { 'x-amz-date': amzDate(this.#now()) };
    const host = { host: this.#endpoint.host };
    const signed = aws4.sign(
      { ...request, service, region, headers: { ...headers, ...dated, ...host } },
      {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey,
        ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
      },
    );
    return signedSchema.parse(signed);
  }

  async #ownCredentials() {
    try {
      return await this.#credentials();
    } catch {
      // A provider's error may quote what it found.
      throw this.#fault('NoCredentials', 'has nothing to be signed with: check AWS_ACCESS_KEY_ID');
    }
  }

  #checked({ status, body }: HttpAnswer): SignedAnswer {
    if (status >= 300 && status < 400)
      throw this.#fault('Redirected', `was sent elsewhere (HTTP ${status}): check the endpoint`);
    if (body === undefined)
      throw this.#fault(
        'AnswerTooLong',
        `was answered with over ${this.#options.maxAnswerBytes} bytes`,
      );
    return { status, text: new TextDecoder().decode(body) };
  }

  #fault(code: AwsRequestError['code'], what: string): AwsRequestError {
    const { service } = this.#options;
    return new AwsRequestError(code, `a request to ${service} at ${this.#endpoint.host} ${what}`);
  }
}

interface Unsigned {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string;
  readonly signQuery?: boolean;
}

/** The library counts a body's bytes for a header. */
const headerSchema = z.union([z.string(), z.number().transform(String)]);
const signedSchema = z.object({ path: z.string(), headers: z.record(z.string(), headerSchema) });
type Signed = z.output<typeof signedSchema>;

function encodeSegment(segment: string): string {
  if (segment.includes('/')) throw new RangeError('a segment of a path holds no "/"');
  return encodeRfc3986(segment);
}

/** As Signature Version 4 wants it. */
function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `YYYYMMDDTHHMMSSZ`. */
function amzDate(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replaceAll(/[:-]/g, '').slice(0, 15)}Z`;
}

/** The system's code for what happened: the text may quote an answer. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? String(error.code) : error.name;
  return /^[\w.-]{1,64}$/.test(code) ? code : 'unknown';
}
