export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/** Waits `milliseconds` at most, whether or not `run` minds its signal. Throws TimeLimitError. */
export type AskInTime = <T>(
  milliseconds: number,
  run: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

/**
 * For the questions of one decision. They share a signal, since each costs more than a whole check: it aborts where
 * one of them was not answered in time, and with that the decision ends.
 */
export function timeLimits(): AskInTime {
  const controller = new AbortController();
  return async (milliseconds, run) => {
    try {
      return await inTime(milliseconds, run(controller.signal));
    } catch (error) {
      if (error instanceof TimeLimitError) controller.abort(error);
      throw error;
    }
  };
}

/** Waits `milliseconds` at most for what can't be told to stop. Throws TimeLimitError. */
export function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let settled = false;
    let timer: NodeJS.Timeout | undefined;
    const settle = () => {
      settled = true;
      clearTimeout(timer);
    };
    work.then(settle, settle);
    work.then(resolve, reject);
    // What is answered from memory is settled by then, and a timer would cost more than it.
    queueMicrotask(() => {
      if (settled) return;
      timer = setTimeout(() => reject(new TimeLimitError(milliseconds)), milliseconds);
    });
  });
}
