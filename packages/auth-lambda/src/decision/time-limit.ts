export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
  }
}

/** Waits `milliseconds` at most, whether or not `run` minds its signal. Throws TimeLimitError. */
export async function withTimeLimit<T>(
  milliseconds: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  try {
    return await inTime(milliseconds, run(controller.signal));
  } catch (error) {
    if (error instanceof TimeLimitError) controller.abort(error);
    throw error;
  }
}

/** Waits `milliseconds` at most for what can't be told to stop. Throws TimeLimitError. */
export async function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
