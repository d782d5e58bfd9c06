import { type CallContext, failure, isStorageError } from '@data-universe/storage-core';

/**
 * Runs a call that ends, with Unavailable, when its time is over; its context has a signal for both.
 * The caller's own abort stays Aborted.
 */
export async function withinTime<C extends CallContext, T>(
  call: C,
  limitMs: number,
  run: (call: C) => Promise<T>,
): Promise<T> {
  const clock = new AbortController();
  // A timer of more than this runs out at once.
  const timer = setTimeout(() => clock.abort(), Math.min(limitMs, 2 ** 31 - 1));
  const signals = call.signal === undefined ? [clock.signal] : [call.signal, clock.signal];
  try {
    return await run({ ...call, signal: AbortSignal.any(signals) });
  } catch (error) {
    const late = clock.signal.aborted && call.signal?.aborted !== true;
    if (!late || !isStorageError(error, 'Aborted')) throw error;
    throw tooLate(call, limitMs);
  } finally {
    clearTimeout(timer);
  }
}

export function tooLate(call: CallContext, limitMs: number) {
  return failure(call, {
    code: 'Unavailable',
    message: `it took longer than the ${Math.round(limitMs)} ms that a call may take`,
  });
}
