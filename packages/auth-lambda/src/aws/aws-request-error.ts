/** Why there is no answer. */
export type AwsRequestFault =
  /** No connection, or one that broke. */
  | 'Unreachable'
  | 'Timeout'
  /** The caller gave up. */
  | 'Aborted'
  | 'AnswerTooLong'
  /** The signed request was sent on to somewhere else. */
  | 'Redirected'
  /** There is nothing to sign with. */
  | 'NoCredentials';

/**
 * A cloud service that gave no answer. Its message may be logged: it holds no part of the request, the answer or the
 * credentials. There is no `cause`, since inspection shows causes.
 */
export class AwsRequestError extends Error {
  override readonly name = 'AwsRequestError';
  readonly code: AwsRequestFault;
  readonly retryable: boolean;

  constructor(code: AwsRequestFault, message: string) {
    super(message);
    this.code = code;
    this.retryable = code === 'Unreachable' || code === 'Timeout';
  }
}
