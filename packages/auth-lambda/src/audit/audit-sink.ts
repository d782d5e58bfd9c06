import type { AccessRequest, RefusalCode, StoreOperation } from '@data-universe/core-auth/protocol';
import type { WireFormName } from '../wire/access-claim.ts';

/**
 * One decision. `hotkey` was verified by its signature; `claimed_hotkey` was merely sent. The
 * hotkey joins a grant with the store's own logs, where it is the session's source identity.
 */
export interface AuditRecord {
  readonly request_id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly decision: 'granted' | 'refused';
  /** Why it was refused. */
  readonly code?: RefusalCode | undefined;
  readonly source_address: string;
  readonly form?: WireFormName | undefined;
  readonly hotkey?: string | undefined;
  readonly claimed_hotkey?: string | undefined;
  readonly uid?: number | undefined;
  readonly action?: AccessRequest['action'] | undefined;
  /** What was asked for; what was granted when `decision` says so. */
  readonly prefixes?: readonly string[] | undefined;
  /** What was presigned; each joins with the store's own log of requests. */
  readonly operations?: readonly StoreOperation[] | undefined;
  readonly policy_sha256?: string | undefined;
  readonly latency_ms: number;
  /** What failed on our side, for the operator. */
  readonly fault?: string | undefined;
  /** Refusals since the line before that a flood left without a line of their own. */
  readonly unwritten?: number | undefined;
}

/** Keeps the audit lines. */
export interface AuditSink {
  /** Resolves once the line is kept; a grant whose line can't be kept is not handed out. */
  write(record: AuditRecord): Promise<void>;
}
