import { setTimeout } from 'node:timers/promises';
import type { ByteSource } from '@data-universe/storage-core';

export interface RateLimitClock {
  /** Milliseconds of a steady clock. */
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

const CLOCK: RateLimitClock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await setTimeout(milliseconds, undefined, signal && { signal });
  },
};

/** No longer than this is a limit left unused and made up for later. */
const BURST_MS = 1_000;

/** How many bytes a second all uploads together may read from their sources; repetitions count again. */
export class RateLimit {
  readonly #bytesPerMs: number;
  readonly #clock: RateLimitClock;
  /** When everything allowed so far would have been sent at exactly this rate. */
  #paidUntil = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number, clock: RateLimitClock = CLOCK) {
    this.#bytesPerMs = bytesPerSecond / 1_000;
    this.#clock = clock;
  }

  /** The same bytes, handed out no faster. */
  over(source: ByteSource, signal: AbortSignal | undefined): ByteSource {
    const pass = (bytes: number) => this.#pass(bytes, signal);
    const open = source.open?.bind(source);
    return {
      size: source.size,
      async *stream(range) {
        for await (const chunk of source.stream(range)) {
          await pass(chunk.byteLength);
          yield chunk;
        }
      },
      ...(open && {
        async open() {
          const reader = await open();
          return {
            read: async (into, position) => {
              const bytes = await reader.read(into, position);
              await pass(bytes);
              return bytes;
            },
            close: () => reader.close(),
          };
        },
      }),
    };
  }

  async #pass(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const now = this.#clock.now();
    const from = Math.max(this.#paidUntil, now - BURST_MS);
    this.#paidUntil = from + bytes / this.#bytesPerMs;
    if (this.#paidUntil > now) await this.#clock.sleep(this.#paidUntil - now, signal);
  }
}
