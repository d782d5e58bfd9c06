export type StateErrorCode =
  /** No word from the state now: busy, out of reach, out of room. */
  | 'StateUnavailable'
  /** The state can't be used as it is configured, or as it is. */
  | 'InvalidState';

/** Nonces, quotas or levers could not be asked or changed. Its message holds no secret. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code: StateErrorCode;
  readonly retryable: boolean;

  constructor(code: StateErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryable = code === 'StateUnavailable';
  }
}
