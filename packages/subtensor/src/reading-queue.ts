import { setTimeout as delay } from 'node:timers/promises';
import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import { ChainUnavailableError } from './chain-unavailable-error.ts';
import type { SubnetReading } from './read-subnet.ts';

export type Accounts = ReadonlyMap<HotkeyAddress, Uint8Array>;

/** Reads the chain for the hotkeys of one batch. Throws ChainUnavailableError. */
type ReadAccounts = (accounts: Accounts, signal: AbortSignal) => Promise<SubnetReading>;

interface Batch {
  readonly accounts: Map<HotkeyAddress, Uint8Array>;
  readonly reading: Promise<SubnetReading>;
}

/** Fits an answer of 1 MiB, with room. */
const MAX_BATCH = 1_000;

interface ReadingQueueOptions {
  readonly read: ReadAccounts;
  /** A reading answers for every hotkey, whichever it was begun for. */
  readonly wholeSubnet: boolean;
  readonly totalTimeoutMs: number;
  /** From the begin of one reading to that of the next. */
  readonly intervalMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * One reading at a time: however many ask, and for however many hotkeys, the chain gets one question,
 * and whoever comes meanwhile is gathered for the next.
 */
export class ReadingQueue {
  readonly #options: ReadingQueueOptions;
  readonly #closed = new AbortController();
  #gathering: Batch | undefined;
  #lastStart: number | undefined;
  #running: (Batch & { readonly startedAt: number; readonly abandon: AbortController }) | undefined;

  constructor(options: ReadingQueueOptions) {
    this.#options = options;
  }

  /** A reading that answers for `hotkey`. */
  join(hotkey: HotkeyAddress, account: Uint8Array): Promise<SubnetReading> {
    this.#abandonFrozen();
    const running = this.#running;
    const covered = running?.abandon.signal.aborted === false && this.#covers(running, hotkey);
    if (running !== undefined && covered) return running.reading;
    this.#gathering ??= this.#gather();
    const { accounts, reading } = this.#gathering;
    if (this.#covers(this.#gathering, hotkey)) return reading;
    if (accounts.size >= MAX_BATCH) {
      const message = `${MAX_BATCH} other hotkeys wait for the chain`;
      return Promise.reject(new ChainUnavailableError(message, { reason: 'Overloaded' }));
    }
    accounts.set(hotkey, account);
    return reading;
  }

  /** Throws ChainUnavailableError once `close` was called. */
  requireOpen(): void {
    if (this.#closed.signal.aborted) throw closed();
  }

  /** Ends the reading that runs, and every wait. */
  close(): void {
    this.#closed.abort();
    this.#running?.abandon.abort();
  }

  #covers({ accounts }: Batch, hotkey: HotkeyAddress): boolean {
    return this.#options.wholeSubnet || accounts.has(hotkey);
  }

  #gather(): Batch {
    const accounts = new Map<HotkeyAddress, Uint8Array>();
    return { accounts, reading: this.#runInTurn(accounts) };
  }

  async #runInTurn(accounts: Accounts): Promise<SubnetReading> {
    const { read, now, totalTimeoutMs } = this.#options;
    // Also lets everyone in who asks before the event loop turns. Its failure went to those who joined it.
    await Promise.allSettled([this.#running?.reading]);
    await this.#interval();
    const batch = this.#gathering;
    this.#gathering = undefined;
    if (batch === undefined || this.#closed.signal.aborted) throw closed();
    const running = { ...batch, startedAt: now(), abandon: new AbortController() };
    this.#running = running;
    this.#lastStart = running.startedAt;
    const limit = AbortSignal.timeout(totalTimeoutMs);
    try {
      return await read(accounts, AbortSignal.any([limit, running.abandon.signal]));
    } catch (error) {
      throw this.#closed.signal.aborted ? closed() : error;
    } finally {
      this.#running = undefined;
    }
  }

  async #interval(): Promise<void> {
    if (this.#lastStart === undefined) return;
    const { intervalMs, now } = this.#options;
    const rest = intervalMs - Math.max(0, now() - this.#lastStart);
    if (rest <= 0) return;
    // Rejects where the queue is closed, which is looked at next.
    await Promise.allSettled([delay(rest, undefined, { signal: this.#closed.signal })]);
  }

  /** A process that was frozen (as Lambda does) wakes up with connections that are long gone. */
  #abandonFrozen(): void {
    const { now, totalTimeoutMs } = this.#options;
    const running = this.#running;
    if (running !== undefined && now() - running.startedAt > totalTimeoutMs) {
      running.abandon.abort();
    }
  }
}

function closed(): ChainUnavailableError {
  return new ChainUnavailableError('the registry was closed', { reason: 'Closed' });
}
