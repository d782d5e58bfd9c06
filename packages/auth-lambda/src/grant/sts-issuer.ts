import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import {
  type CredentialIssuer,
  type IssuedCredentials,
  type IssueOrder,
  IssuerUnavailableError,
} from './credential-issuer.ts';

/** STS' own least. */
const MIN_SESSION_SECONDS = 900;
/** A role that assumes another role, as a Lambda's does, gets no more. */
const MAX_SESSION_SECONDS = 3600;

const optionsSchema = z.object({
  region: z.string().min(1),
  endpoint: z.url().optional(),
  uploadRoleArn: z.string().regex(/^arn:[a-z-]+:iam::\w*:role\/[\w+=,.@/-]+$/, 'not a role ARN'),
  readRoleArn: z.string().regex(/^arn:[a-z-]+:iam::\w*:role\/[\w+=,.@/-]+$/, 'not a role ARN'),
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
  /** For an STS other than AWS' own. */
  readonly endpoint?: string | undefined;
  readonly uploadRoleArn: string;
  readonly readRoleArn: string;
  /** The service's own credentials; by default from wherever the AWS SDK finds them. */
  readonly credentials?:
    | {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly sessionToken?: string | undefined;
      }
    | undefined;
  /** How long the credentials live: 900 (default) to 3,600. */
  readonly sessionSeconds?: number | undefined;
  /** False for servers that refuse a SourceIdentity; the session's name holds the hotkey too. */
  readonly sendSourceIdentity?: boolean | undefined;
  /** For one issue with its retry. Default 5,000. */
  readonly timeoutMilliseconds?: number | undefined;
}

const answerSchema = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().min(1),
  Expiration: z.date(),
});

const SESSION_NAME_PREFIX = { upload: 'upload-', read: 'read-' } as const;

/** Temporary credentials by AssumeRole with a session policy. */
export class StsIssuer implements CredentialIssuer {
  readonly #client: STSClient;
  readonly #options: z.output<typeof optionsSchema>;

  /** Throws ZodError where an option is wrong. */
  constructor(options: StsIssuerOptions) {
    this.#options = optionsSchema.parse(options);
    const { credentials } = options;
    this.#client = new STSClient({
      region: this.#options.region,
      maxAttempts: 2,
      ...(this.#options.endpoint && { endpoint: this.#options.endpoint }),
      ...(credentials && {
        credentials: {
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: credentials.secretAccessKey,
          ...(credentials.sessionToken && { sessionToken: credentials.sessionToken }),
        },
      }),
    });
  }

  async issue(order: IssueOrder, signal?: AbortSignal): Promise<IssuedCredentials> {
    const { uploadRoleArn, readRoleArn, sessionSeconds, sendSourceIdentity } = this.#options;
    const command = new AssumeRoleCommand({
      RoleArn: order.action === 'upload' ? uploadRoleArn : readRoleArn,
      RoleSessionName: `${SESSION_NAME_PREFIX[order.action]}${order.hotkey}`,
      DurationSeconds: sessionSeconds,
      Policy: order.policy,
      ...(sendSourceIdentity && { SourceIdentity: order.hotkey }),
    });
    const limit = AbortSignal.timeout(this.#options.timeoutMilliseconds);
    const abortSignal = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    let answer: unknown;
    try {
      answer = (await this.#client.send(command, { abortSignal })).Credentials;
    } catch (error) {
      throw new IssuerUnavailableError(`STS refused or did not answer (${reason(error)})`);
    }
    const parsed = answerSchema.safeParse(answer);
    if (!parsed.success) throw new IssuerUnavailableError('STS answered without credentials');
    return {
      accessKeyId: parsed.data.AccessKeyId,
      secretAccessKey: parsed.data.SecretAccessKey,
      sessionToken: parsed.data.SessionToken,
      expiration: parsed.data.Expiration,
    };
  }

  /** Closes idle connections. */
  close(): void {
    this.#client.destroy();
  }
}

/** The error's name, the system's code and the status; its text could repeat the request. */
function reason(error: unknown): string {
  const { name, code, $metadata } = sdkErrorSchema.parse(error);
  const status = $metadata.httpStatusCode;
  return [name, code, status && `HTTP ${status}`].filter(Boolean).join(', ');
}

const word = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .optional()
  .catch('unnamed');
const sdkErrorSchema = z
  .object({
    name: word,
    code: word,
    $metadata: z.object({ httpStatusCode: z.int().optional() }).catch({}).default({}),
  })
  .catch({ name: 'unknown', code: undefined, $metadata: {} });
