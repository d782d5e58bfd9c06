import { type Clock, systemClock } from '../decision/clock.ts';
import type { AddressLimiter, AddressVerdict } from './address-limiter.ts';
import { networkBlock } from './network-block.ts';

export interface TokenBucketOptions {
  readonly clock?: Clock | undefined;
  /** Requests a second in the long run. Default 10. */
  readonly perSecond?: number | undefined;
  /** Requests at once after a pause. Default 100: a validator asks for many miners in a row. */
  readonly burst?: number | undefined;
  /** Address blocks remembered; the one unused longest is forgotten first. Default 50,000. */
  readonly capacity?: number | undefined;
}

interface Bucket {
  tokens: number;
  updatedAt: number;
}

/** A token bucket for each address block, in one process. */
export class TokenBucketLimiter implements AddressLimiter {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #capacity: number;
  /** In the order of their last use: a Map keeps the order of insertion. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: TokenBucketOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#perSecond = options.perSecond ?? 10;
    this.#burst = options.burst ?? 100;
    this.#capacity = options.capacity ?? 50_000;
  }

  async take(address: string): Promise<AddressVerdict> {
    const now = this.#clock.now();
    const block = networkBlock(address);
    const bucket = this.#buckets.get(block) ?? { tokens: this.#burst, updatedAt: now };
    this.#buckets.delete(block);
    this.#buckets.set(block, bucket);
    this.#forgetOldest();

    // A clock set back must not take tokens away.
    const seconds = Math.max(0, now - bucket.updatedAt) / 1000;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + seconds * this.#perSecond);
    bucket.updatedAt = now;
    if (bucket.tokens < 1) {
      const wait = (1 - bucket.tokens) / this.#perSecond;
      return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(wait)) };
    }
    bucket.tokens -= 1;
    return { allowed: true };
  }

  #forgetOldest(): void {
    for (const block of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#capacity) return;
      this.#buckets.delete(block);
    }
  }
}
