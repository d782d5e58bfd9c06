import type { AccessRefusal, RefusalCode, ServiceMode } from '@data-universe/core-auth/protocol';
import { ChainUnavailableError } from '@data-universe/subtensor';
import { AuditLogFullError } from '../audit/audit-log-error.ts';
import { IssuerUnavailableError } from '../grant/credential-issuer.ts';
import { SessionPolicyError } from '../grant/session-policy.ts';
import { NonceStoreFullError } from '../state/memory-nonce-store.ts';
import { StateError } from '../state/state-error.ts';
import { TimeLimitError } from './time-limit.ts';

const STATUS: Readonly<Record<RefusalCode, number>> = {
  BadRequest: 400,
  TooLarge: 413,
  ClockSkew: 401,
  BadSignature: 401,
  Replayed: 409,
  NotRegistered: 403,
  NoValidatorPermit: 403,
  InsufficientStake: 403,
  Denied: 403,
  QuotaExceeded: 429,
  TooManyRequests: 429,
  Paused: 503,
  ChainUnavailable: 503,
  IssuerUnavailable: 503,
};

/** The same wish, signed anew on the same machine, may be granted later. */
const RETRYABLE: ReadonlySet<RefusalCode> = new Set([
  'Replayed',
  'QuotaExceeded',
  'TooManyRequests',
  'Paused',
  'ChainUnavailable',
  'IssuerUnavailable',
]);

interface RefusalDetails {
  readonly retryAfterSeconds?: number;
  /** Unix seconds. */
  readonly serverTime?: number;
  /** The service's, where the request was for the other. */
  readonly mode?: ServiceMode;
  /** For the audit line alone: what failed on our side. */
  readonly fault?: string;
}

/** A request that gets no credentials. The message goes to the user: one sentence that says what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly retryable: boolean;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly serverTime: number | undefined;
  readonly mode: ServiceMode | undefined;
  readonly fault: string | undefined;

  constructor(code: RefusalCode, message: string, details: RefusalDetails = {}) {
    super(message);
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = STATUS[code];
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.serverTime = details.serverTime;
    this.mode = details.mode;
    this.fault = details.fault;
  }

  /** The body of the answer. */
  toBody(requestId: string): AccessRefusal {
    return {
      request_id: requestId,
      error: {
        code: this.code,
        message: this.message,
        retryable: this.retryable,
        retry_after: this.retryAfterSeconds,
        server_time: this.serverTime,
        mode: this.mode,
      },
    };
  }
}

/** A failure on our side as a refusal: the user learns that it is ours, the audit line where. */
export function faultRefusal(
  code: 'ChainUnavailable' | 'IssuerUnavailable',
  message: string,
  stage: string,
  error: unknown,
): Refusal {
  return new Refusal(code, message, {
    retryAfterSeconds: RETRY_AFTER_FAULT_SECONDS,
    fault: `${stage}: ${describeFault(error)}`,
  });
}

const RETRY_AFTER_FAULT_SECONDS = 2;

/** These promise a message without secrets; of any other error only the name is kept. */
const SPEAKING_ERRORS = [
  AuditLogFullError,
  ChainUnavailableError,
  IssuerUnavailableError,
  NonceStoreFullError,
  SessionPolicyError,
  StateError,
  TimeLimitError,
];

function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return SPEAKING_ERRORS.some((known) => error instanceof known)
    ? `${error.name}: ${error.message.slice(0, 300)}`
    : error.name.slice(0, 100);
}
