/** More lines wait to be written than are kept in memory. */
export class AuditLogFullError extends Error {
  override readonly name = 'AuditLogFullError';
  readonly code = 'AuditLogFull';
  readonly retryable = true;

  constructor(bytes: number) {
    super(`${bytes} bytes of audit lines wait to be written: see what takes them`);
  }
}

/** About 3,000 lines. */
export const MAX_PENDING_BYTES = 1024 * 1024;
