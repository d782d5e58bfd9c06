import type { RefusalCode, ServiceMode } from './access-response.ts';

/** The service's own refusals, and what keeps a client from asking or from believing the answer. */
export type AccessErrorCode =
  | RefusalCode
  /** No answer, or one of a server that is failing. */
  | 'ServiceUnreachable'
  /** An answer that is no grant, or a grant of something else than was asked. */
  | 'InvalidResponse'
  /** Not https, and not this machine. */
  | 'InsecureEndpoint'
  | 'Aborted';

export interface AccessErrorOptions {
  readonly code: AccessErrorCode;
  /** What happened, on what, and what to do; never a credential. */
  readonly message: string;
  /** Whether the same call may succeed later. Default false. */
  readonly retryable?: boolean | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** How long the service asks to wait. */
  readonly retryAfterSeconds?: number | undefined;
  /** The service's own, where it was asked for what the other gives. */
  readonly serviceMode?: ServiceMode | undefined;
  /** Only an error that has seen no part of a response. */
  readonly cause?: unknown;
}

/** Access that was not had. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly code: AccessErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  /** Names the decision in the service's audit log. */
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The service's own, where it was asked for what the other gives. */
  readonly serviceMode: ServiceMode | undefined;

  constructor(options: AccessErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.serviceMode = options.serviceMode;
  }
}
