import { type CallContext, failure, isStorageError } from '@data-universe/storage-core';
import { LinkedSignal } from './linked-signal.ts';

/** What Node.js's timers can do. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a call that ends, with Unavailable, when its time is over; its context has a signal for that
 * and for the caller's abort, which stays Aborted.
 */
export async function withinTime<C extends CallContext, T>(
  call: C,
  limitMs: number,
  run: (call: C) => Promise<T>,
): Promise<T> {
  const linked = new LinkedSignal(call.signal);
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      linked.abort();
    },
    Math.min(limitMs, LONGEST_TIMER_MS),
  );
  try {
    return await run({ ...call, signal: linked.signal });
  } catch (error) {
    if (!late || call.signal?.aborted || !isStorageError(error, 'Aborted')) throw error;
    throw tooLate(call, limitMs);
  } finally {
    clearTimeout(timer);
    linked.letGo();
  }
}

export function tooLate(call: CallContext, limitMs: number) {
  return failure(call, {
    code: 'Unavailable',
    message: `it took longer than the ${Math.round(limitMs)} ms that a call may take`,
  });
}
