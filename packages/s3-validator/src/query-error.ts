/** A question that makes no sense, whatever the miner has published. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code = 'InvalidQuery';
  readonly retryable = false;
}
