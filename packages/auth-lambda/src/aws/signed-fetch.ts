import { type HttpAnswer, HttpTimeoutError, httpPost } from '@data-universe/core-auth/http-post';
import aws4 from 'aws4';
import { z } from 'zod';
import { amzDate } from './amz-date.ts';
import { type AwsCredentialsProvider, environmentCredentials } from './aws-credentials.ts';
import { AwsRequestError } from './aws-request-error.ts';
import { awsEndpoint, regionSchema, serviceEndpointSchema } from './service-endpoint.ts';

const optionsSchema = z.object({
  service: z.enum(['dynamodb', 'sts']),
  region: regionSchema,
  endpoint: serviceEndpointSchema.optional(),
  timeoutMilliseconds: z.int().positive().default(5_000),
  maxAnswerBytes: z.int().positive().default(65_536),
});

export interface SignedFetchOptions {
  readonly service: 'dynamodb' | 'sts';
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
    const signed = await this.#signed(headers, body);
    const { timeoutMilliseconds, maxAnswerBytes } = this.#options;
    try {
      const answer = await httpPost({
        url: this.#endpoint,
        headers: signed,
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

  /** The headers to send. */
  async #signed(headers: SignedPost['headers'], body: string): Promise<Record<string, string>> {
    const { service, region } = this.#options;
    const credentials = await this.#ownCredentials();
    const dated = { ...headers, 'x-amz-date': amzDate(this.#now()), host: this.#endpoint.host };
    const signed = aws4.sign(
      { method: 'POST', path: '/', body, service, region, headers: dated },
      {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey,
        ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
      },
    );
    return signedSchema.parse(signed).headers;
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

/** The library counts a body's bytes for a header. */
const headerSchema = z.union([z.string(), z.number().transform(String)]);
const signedSchema = z.object({ headers: z.record(z.string(), headerSchema) });

/** The system's code for what happened: the text may quote an answer. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? String(error.code) : error.name;
  return /^[\w.-]{1,64}$/.test(code) ? code : 'unknown';
}
