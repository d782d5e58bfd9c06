import { networkBlock } from './network-block.ts';

/** Address blocks that one hotkey can vouch for: its machine, and what it moved from. */
const BLOCKS_OF_HOTKEY = 4;
/** Only hotkeys that the chain knows get here, so a subnet's size bounds them; this does in any case. */
const MAX_HOTKEYS = 4_096;
/** Clients renew credentials every 15 minutes. */
const PROOF_LIFE_MS = 60 * 60_000;

export interface StrangerBudgetOptions {
  /** The part of the time that strangers' requests may take, 0 to 1. Default 0.3. */
  readonly share?: number | undefined;
  /** Milliseconds of it that may be spent at once after a pause. Default 500. */
  readonly burstMilliseconds?: number | undefined;
  /** Monotonic milliseconds. */
  readonly now?: (() => number) | undefined;
}

/**
 * A request is read and its signature verified before anybody is known to be behind it, and whoever has many
 * addresses passes any limit by address. So addresses from where no registered hotkey was served lately
 * share a part of the processor's time for that, and for whatever else keeps the process from its other work
 * before the chain is asked; the others don't stand behind them.
 */
export class StrangerBudget {
  readonly #share: number;
  readonly #burst: number;
  readonly #now: () => number;
  #left: number;
  #updatedAt: number;
  readonly #proofs = new Map<string, { readonly hotkey: string; readonly expiresAt: number }>();
  /** Newest block first; the hotkey proven last at the end. */
  readonly #blocksOf = new Map<string, readonly string[]>();

  constructor(options: StrangerBudgetOptions = {}) {
    this.#share = options.share ?? 0.3;
    this.#burst = options.burstMilliseconds ?? 500;
    this.#now = options.now ?? (() => performance.now());
    this.#left = this.#burst;
    this.#updatedAt = this.#now();
  }

  /** Whether a request from this address is worth receiving now. */
  admits(address: string): boolean {
    const now = this.#now();
    if (this.#isProven(networkBlock(address), now)) return true;
    const earned = (now - this.#updatedAt) * this.#share;
    this.#left = Math.min(this.#burst, this.#left + earned);
    this.#updatedAt = now;
    return this.#left > 0;
  }

  /** The result of `work`, or undefined where it was not done because the budget is spent. */
  run<T>(address: string, work: () => T): T | undefined {
    return this.admits(address) ? this.bill(address, work) : undefined;
  }

  /** The result of `work`, which is done in any case; of a promise, what is done before it is handed out. */
  bill<T>(address: string, work: () => T): T {
    const startedAt = this.#now();
    try {
      return work();
    } finally {
      const now = this.#now();
      if (!this.#isProven(networkBlock(address), now)) this.#left -= now - startedAt;
    }
  }

  /** A hotkey that the chain knows is served at this address, and neither barred nor over its quota. */
  prove(address: string, hotkey: string): void {
    const block = networkBlock(address);
    const others = (this.#blocksOf.get(hotkey) ?? []).filter((known) => known !== block);
    const kept = [block, ...others].slice(0, BLOCKS_OF_HOTKEY);
    for (const dropped of others.slice(BLOCKS_OF_HOTKEY - 1)) this.#forget(dropped, hotkey);
    this.#blocksOf.delete(hotkey);
    this.#blocksOf.set(hotkey, kept);
    this.#proofs.set(block, { hotkey, expiresAt: this.#now() + PROOF_LIFE_MS });
    for (const [oldest, blocks] of this.#blocksOf) {
      if (this.#blocksOf.size <= MAX_HOTKEYS) return;
      this.#blocksOf.delete(oldest);
      for (const of of blocks) this.#forget(of, oldest);
    }
  }

  #isProven(block: string, now: number): boolean {
    const proof = this.#proofs.get(block);
    return proof !== undefined && proof.expiresAt > now;
  }

  #forget(block: string, hotkey: string): void {
    if (this.#proofs.get(block)?.hotkey === hotkey) this.#proofs.delete(block);
  }
}
