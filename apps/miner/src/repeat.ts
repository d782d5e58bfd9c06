import { setTimeout } from 'node:timers/promises';

/** After the first failure; twice as long after each that follows, up to the interval. */
const FIRST_RETRY_MS = 30_000;
/** The interval is a tenth more or less, so that many miners do not all come at once. */
const JITTER = 0.1;

export interface RepeatClock {
  /** Milliseconds of a steady clock. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  sleep(milliseconds: number, stop: AbortSignal): Promise<void>;
}

const CLOCK: RepeatClock = {
  now: () => performance.now(),
  random: Math.random,
  sleep: async (milliseconds, signal) => {
    try {
      await setTimeout(milliseconds, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};

export interface RepeatOptions {
  readonly intervalMs: number;
  /** Asks for the end of it all: no cycle begins any more. */
  readonly stop: AbortSignal;
  /** Whether it went well. Number 1 is the first. */
  cycle(number: number): Promise<boolean>;
  /** Told before each wait. */
  onWait(milliseconds: number): void;
  readonly clock?: RepeatClock | undefined;
}

/** Cycle after cycle, from the beginning of one to that of the next; after failures sooner, at growing distance. */
export async function repeat(options: RepeatOptions): Promise<void> {
  const { intervalMs, stop, clock = CLOCK } = options;
  let failures = 0;
  for (let number = 1; !stop.aborted; number += 1) {
    const begun = clock.now();
    failures = (await options.cycle(number)) ? 0 : failures + 1;
    if (stop.aborted) return;
    const elapsed = clock.now() - begun;
    const wait =
      failures > 0
        ? retryDelay(failures, intervalMs, clock.random())
        : Math.max(0, Math.round(intervalMs * (1 + JITTER * (2 * clock.random() - 1))) - elapsed);
    options.onWait(wait);
    await clock.sleep(wait, stop);
  }
}

/** Between half of the delay and all of it. */
function retryDelay(failures: number, intervalMs: number, random: number): number {
  const longest = Math.min(intervalMs, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  return (longest * (1 + random)) / 2;
}
