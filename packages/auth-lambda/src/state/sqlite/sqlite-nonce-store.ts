import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import type { Clock } from '../../decision/clock.ts';
import type { NonceStore } from '../nonce-store.ts';
import { StateError } from '../state-error.ts';
import type { StateFile } from './state-file.ts';
import { isFull } from './when-free.ts';

/** Each claim adds one row at most, so more than that many of the expired go with it. */
const SWEPT_WITH_A_CLAIM = 8;
const SWEPT_WHEN_FULL = 2_000;

/** Nonces of the processes of one machine. */
export class SqliteNonceStore implements NonceStore {
  readonly #file: StateFile;
  readonly #clock: Clock;

  constructor(file: StateFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  async claim(
    hotkey: HotkeyAddress,
    nonce: string,
    expiresAt: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const claim = { hotkey, nonce, expires: Math.ceil(expiresAt) };
    try {
      return await this.#claim(claim, signal);
    } catch (error) {
      if (!(error instanceof StateError && isFull(error.cause))) throw error;
      // A transaction that fails for want of room takes its own sweeping back.
      await this.#file.write(() => this.#sweep(SWEPT_WHEN_FULL), signal);
      return await this.#claim(claim, signal);
    }
  }

  #claim(
    claim: { hotkey: HotkeyAddress; nonce: string; expires: number },
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    return this.#file.write(() => {
      this.#sweep(SWEPT_WITH_A_CLAIM);
      const { changes } = this.#file
        .prepare(
          `INSERT INTO nonce VALUES (@hotkey, @nonce, @expires)
           ON CONFLICT DO UPDATE SET expires = excluded.expires WHERE nonce.expires <= @now`,
        )
        .run({ ...claim, now: this.#clock.now() });
      return changes === 1;
    }, signal);
  }

  #sweep(most: number): void {
    this.#file
      .prepare(
        `DELETE FROM nonce WHERE (hotkey, nonce) IN
         (SELECT hotkey, nonce FROM nonce WHERE expires <= ? ORDER BY expires LIMIT ?)`,
      )
      .run(this.#clock.now(), most);
  }
}
