export type RepositoryNameErrorCode =
  /** Not the name of a user or an organisation of the Hub. */
  | 'InvalidUser'
  /** Not a canonical ss58 address. */
  | 'InvalidHotkey'
  /** A source that has no place on Hugging Face. */
  | 'UnsupportedSource';

/** A repository's name that can't be formed. The same call fails again. */
export class RepositoryNameError extends Error {
  override readonly name = 'RepositoryNameError';
  readonly code: RepositoryNameErrorCode;
  readonly retryable = false;

  constructor(code: RepositoryNameErrorCode, message: string) {
    super(`${message} (${code})`);
    this.code = code;
  }
}
