/** The command line asks for something that can't be: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'Usage';
  readonly retryable = false;
}
