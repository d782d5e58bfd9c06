export type StageErrorCode =
  /** Neither side is switched on. */
  'NothingEnabled';

/** A stage that can't be. The same call fails again. */
export class StageError extends Error {
  override readonly name = 'StageError';
  readonly code: StageErrorCode;
  readonly retryable = false;

  constructor(code: StageErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
