import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import { type Clock, systemClock } from '../decision/clock.ts';
import type { NonceStore } from './nonce-store.ts';

/** Forgetting a live nonce would allow its replay, so a full store refuses instead. */
export class NonceStoreFullError extends Error {
  override readonly name = 'NonceStoreFullError';
  readonly code = 'NonceStoreFull';
  readonly retryable = true;

  constructor(capacity: number) {
    super(`${capacity} nonces are still live: no further one can be remembered until some expire`);
  }
}

/**
 * Any key pair can sign, so strangers can fill the store: only as fast as this process verifies their
 * signatures, though, which at 1 to 3 ms each makes fewer in the life of a nonce.
 */
const DEFAULT_CAPACITY = 400_000;

export interface MemoryNonceStoreOptions {
  readonly clock?: Clock | undefined;
  /** Live nonces held at most. Default 400,000, about 90 MB once they are. */
  readonly capacity?: number | undefined;
}

/** Nonces of one process. Two processes need a store they share. */
export class MemoryNonceStore implements NonceStore {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #expiries = new Map<string, number>();

  constructor(options: MemoryNonceStoreOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#capacity = options.capacity ?? DEFAULT_CAPACITY;
  }

  async claim(hotkey: HotkeyAddress, nonce: string, expiresAt: number): Promise<boolean> {
    const now = this.#clock.now();
    const key = `${hotkey}/${nonce}`;
    const known = this.#expiries.get(key);
    if (known !== undefined && known > now) return false;
    this.#expiries.delete(key);
    this.#dropExpired(now);
    if (this.#expiries.size >= this.#capacity) throw new NonceStoreFullError(this.#capacity);
    this.#expiries.set(key, expiresAt);
    return true;
  }

  /** The oldest come first; one that lives longer than its successors only delays their removal. */
  #dropExpired(now: number): void {
    for (const [key, expiresAt] of this.#expiries) {
      if (expiresAt > now) return;
      this.#expiries.delete(key);
    }
  }
}
