import { setTimeout as sleep } from 'node:timers/promises';
import {
  abortedError,
  type CallContext,
  isStorageError,
  type StorageError,
} from '@data-universe/storage-core';
import { leavesDoubt } from './errors.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
/** A store that asks to slow down means more than a moment. */
const RATE_LIMIT_FACTOR = 5;

export interface Attempt {
  /** An earlier attempt ended without an answer: the store may have done what it was asked. */
  readonly uncertain: boolean;
}

/** Repeats what fails with a retryable StorageError, with exponential back-off and full jitter. */
export async function withRetry<T>(
  call: CallContext,
  maxAttempts: number,
  attempt: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  let uncertain = false;
  let refreshed = false;
  for (let number = 1; ; number++) {
    try {
      return await attempt({ uncertain });
    } catch (error) {
      if (!isStorageError(error) || !error.retryable || number >= maxAttempts) throw error;
      // The second attempt had fresh credentials: a third would have no better.
      if (error.code === 'CredentialsExpired' && refreshed) throw error;
      refreshed ||= error.code === 'CredentialsExpired';
      uncertain ||= leavesDoubt(error);
      await pause(call, delayOf(error, number));
    }
  }
}

function delayOf(error: StorageError, number: number): number {
  if (error.code === 'CredentialsExpired') return 0;
  const factor = error.code === 'RateLimited' ? RATE_LIMIT_FACTOR : 1;
  return Math.random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * factor * 2 ** (number - 1));
}

async function pause(call: CallContext, ms: number): Promise<void> {
  try {
    await sleep(ms, undefined, call.signal ? { signal: call.signal } : {});
  } catch {
    // `sleep` rejects for the signal alone.
    throw abortedError(call);
  }
}
