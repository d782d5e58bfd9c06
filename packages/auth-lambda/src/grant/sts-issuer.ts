import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { AwsCredentials, AwsCredentialsProvider } from '../aws/aws-credentials.ts';
import { AwsRequestError } from '../aws/aws-request-error.ts';
import { type SignedAnswer, SignedFetch } from '../aws/signed-fetch.ts';
import { TimeLimitError, timeLimits } from '../decision/time-limit.ts';
import {
  type CredentialIssuer,
  type IssuedCredentials,
  type IssueOrder,
  IssuerUnavailableError,
} from './credential-issuer.ts';
import { credentialsIn, errorCodeIn } from './sts-answer.ts';

/** STS' own least. */
const MIN_SESSION_SECONDS = 900;
/** A role that assumes another role, as a Lambda's does, gets no more. */
const MAX_SESSION_SECONDS = 3600;

const roleArn = z.string().regex(/^arn:[a-z-]+:iam::\w*:role\/[\w+=,.@/-]+$/, 'not a role ARN');

const optionsSchema = z.object({
  uploadRoleArn: roleArn,
  readRoleArn: roleArn,
  sessionSeconds: z
    .int()
    .min(MIN_SESSION_SECONDS)
    .max(MAX_SESSION_SECONDS)
    .default(MIN_SESSION_SECONDS),
  sendSourceIdentity: z.boolean().default(true),
  timeoutMilliseconds: z.int().positive().default(5_000),
});

export interface StsIssuerOptions {
  readonly region: string;
  /** For an STS other than AWS' own: https, or http on this machine. */
  readonly endpoint?: string | undefined;
  readonly uploadRoleArn: string;
  readonly readRoleArn: string;
  /** The service's own credentials; by default those of the environment, as at each request. */
  readonly credentials?: AwsCredentials | AwsCredentialsProvider | undefined;
  /** How long the credentials live: 900 (default) to 3,600. */
  readonly sessionSeconds?: number | undefined;
  /** False for servers that refuse a SourceIdentity; the session's name holds the hotkey too. */
  readonly sendSourceIdentity?: boolean | undefined;
  /** For one issue with its retry. Default 5,000. */
  readonly timeoutMilliseconds?: number | undefined;
}

const SESSION_NAME_PREFIX = { upload: 'upload-', read: 'read-' } as const;

/** Temporary credentials by AssumeRole with a session policy. */
export class StsIssuer implements CredentialIssuer {
  readonly #sts: SignedFetch;
  readonly #options: z.output<typeof optionsSchema>;

  /** Throws ZodError where an option is wrong. */
  constructor(options: StsIssuerOptions) {
    this.#options = optionsSchema.parse(options);
    const { region, endpoint, credentials } = options;
    this.#sts = new SignedFetch({
      service: 'sts',
      region,
      endpoint,
      credentials: typeof credentials === 'object' ? () => credentials : credentials,
      timeoutMilliseconds: this.#options.timeoutMilliseconds,
    });
  }

  async issue(order: IssueOrder, signal?: AbortSignal): Promise<IssuedCredentials> {
    const { timeoutMilliseconds } = this.#options;
    let answer: SignedAnswer;
    try {
      answer = await timeLimits()(timeoutMilliseconds, (limit) =>
        this.#assumeRole(order, signal === undefined ? limit : AbortSignal.any([signal, limit])),
      );
    } catch (error) {
      throw new IssuerUnavailableError(`STS did not answer (${reasonOf(error)})`);
    }
    const { status, text } = answer;
    if (status !== 200) {
      const code = errorCodeIn(text) ?? 'no code';
      throw new IssuerUnavailableError(`STS refused (${code}, HTTP ${status})`);
    }
    const credentials = credentialsIn(text);
    if (credentials === undefined)
      throw new IssuerUnavailableError('STS answered without credentials');
    return credentials;
  }

  /** Asked again once where the first try failed for a reason that may have passed. */
  async #assumeRole(order: IssueOrder, signal: AbortSignal): Promise<SignedAnswer> {
    const request = { headers: FORM, body: this.#form(order), signal };
    try {
      const answer = await this.#sts.post(request);
      if (!mayPass(answer)) return answer;
    } catch (error) {
      if (!(error instanceof AwsRequestError && error.code === 'Unreachable')) throw error;
    }
    await delay(RETRY_DELAY_MS * (0.5 + Math.random()), undefined, { signal });
    return await this.#sts.post(request);
  }

  #form({ action, hotkey, policy }: IssueOrder): string {
    const { uploadRoleArn, readRoleArn, sessionSeconds, sendSourceIdentity } = this.#options;
    return new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: action === 'upload' ? uploadRoleArn : readRoleArn,
      RoleSessionName: `${SESSION_NAME_PREFIX[action]}${hotkey}`,
      DurationSeconds: String(sessionSeconds),
      Policy: policy,
      ...(sendSourceIdentity && { SourceIdentity: hotkey }),
    }).toString();
  }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const RETRY_DELAY_MS = 100;

function mayPass({ status, text }: SignedAnswer): boolean {
  return status >= 500 || status === 429 || errorCodeIn(text) === 'Throttling';
}

/** Only these errors promise a message without secrets. */
function reasonOf(error: unknown): string {
  const speaks = error instanceof AwsRequestError || error instanceof TimeLimitError;
  return speaks ? error.message : 'unknown reason';
}
