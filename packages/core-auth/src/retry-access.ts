import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { AccessError } from './access-error.ts';

/** A service that asks for a longer pause is not waited for: the error says how long it would be. */
const MAX_RETRY_AFTER_SECONDS = 30;

export interface RetryOptions {
  /** After the first attempt. Default 4. */
  readonly retries?: number | undefined;
  /** Before the first retry; doubles with each, plus up to as much again at random. Default 500. */
  readonly minDelayMs?: number | undefined;
  /** Default 8,000. */
  readonly maxDelayMs?: number | undefined;
}

/** Runs `attempt` until it succeeds, fails for good, or has been retried enough. Throws its last error. */
export function retryAccess<T>(
  attempt: () => Promise<T>,
  options: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  const { retries = 4, minDelayMs = 500, maxDelayMs = 8_000 } = options;
  return pRetry(attempt, {
    retries,
    minTimeout: minDelayMs,
    maxTimeout: maxDelayMs,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => mayRetry(error),
    onFailedAttempt: async ({ error, retriesLeft }) => {
      if (retriesLeft === 0 || !mayRetry(error)) return;
      // The back-off comes on top, so that all who were told the same pause don't come back at once.
      await sleep((error.retryAfterSeconds ?? 0) * 1000, undefined, { signal });
    },
  });
}

function mayRetry(error: Error): error is AccessError {
  return (
    error instanceof AccessError &&
    error.retryable &&
    (error.retryAfterSeconds ?? 0) <= MAX_RETRY_AFTER_SECONDS
  );
}
