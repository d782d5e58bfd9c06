import { setTimeout as sleep } from 'node:timers/promises';
import {
  abortedError,
  type CallContext,
  isStorageError,
  type StorageError,
} from '@data-universe/storage-core';
import type { RetryQuota } from './retry-quota.ts';
import { isGone, leavesDoubt, retryAfterOf, wasDamagedOnTheWay } from './s3-failure.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** A store that asks to slow down means more than a moment. */
const RATE_LIMIT_FACTOR = 5;

export interface RetryPolicy {
  /** The first included. */
  readonly maxAttempts: number;
  /** Milliseconds since the first failure. */
  readonly retryBudgetMs: number;
  readonly quota: RetryQuota;
}

export interface Attempt {
  /** An earlier attempt ended without an answer: the store may have done what it was asked. */
  readonly uncertain: boolean;
}

/**
 * Repeats what fails with a retryable StorageError, or was damaged on its way, with exponential back-off and full jitter, or
 * after the time the store asks for. Throws the last error.
 */
export async function withRetry<T>(
  call: CallContext,
  { maxAttempts, retryBudgetMs, quota }: RetryPolicy,
  attempt: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  let uncertain = false;
  let refreshed = false;
  let deadline: number | undefined;
  let paid = 0;
  for (let number = 1; ; number++) {
    try {
      const result = await attempt({ uncertain });
      quota.giveBack(paid);
      return result;
    } catch (error) {
      if (!isStorageError(error) || number >= maxAttempts) throw error;
      if (!error.retryable && !wasDamagedOnTheWay(error)) throw error;
      // Asking again for an upload that is gone does not bring it back.
      if (isGone(error)) throw error;
      // The second attempt had fresh credentials: a third would have no better.
      if (error.code === 'CredentialsExpired' && refreshed) throw error;
      refreshed ||= error.code === 'CredentialsExpired';
      uncertain ||= leavesDoubt(error);
      const delay = delayOf(error, number);
      deadline ??= performance.now() + retryBudgetMs;
      if (performance.now() + delay > deadline) throw error;
      const cost = quota.take(error);
      if (cost === undefined) throw error;
      paid = cost;
      await pause(call, delay);
    }
  }
}

function delayOf(error: StorageError, number: number): number {
  if (error.code === 'CredentialsExpired') return 0;
  const factor = error.code === 'RateLimited' ? RATE_LIMIT_FACTOR : 1;
  const most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * factor * 2 ** (number - 1));
  // Those who were all told the same time shall not all come back at once.
  return (retryAfterOf(error) ?? 0) + Math.random() * most;
}

async function pause(call: CallContext, ms: number): Promise<void> {
  try {
    await sleep(ms, undefined, call.signal ? { signal: call.signal } : {});
  } catch {
    // `sleep` rejects for the signal alone.
    throw abortedError(call);
  }
}
