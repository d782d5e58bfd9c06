import { type HotkeyAddress, publicKeyOf } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import type { ChainBlock } from './chain-block.ts';
import { ChainUnavailableError } from './chain-unavailable-error.ts';
import { type EndpointHealth, EndpointPool } from './endpoint-pool.ts';
import { jsonRpc } from './json-rpc.ts';
import { type KnownStatus, NeuronCache } from './neuron-cache.ts';
import type { NeuronRegistry, NeuronStatus } from './neuron-registry.ts';
import { readSubnet, type SubnetReading } from './read-subnet.ts';
import { type Accounts, ReadingQueue } from './reading-queue.ts';
import { RegistryError } from './static-registry-file.ts';
import { type SubtensorSettings, subtensorSettingsSchema } from './subtensor-settings.ts';

export interface SubtensorRegistryOptions {
  /** Unix milliseconds; the system's clock by default. */
  readonly now?: () => number;
}

/** Asks a chain, by JSON-RPC over HTTP, about the neurons of one subnet. */
export class SubtensorRegistry implements NeuronRegistry {
  readonly #settings: z.output<typeof subtensorSettingsSchema>;
  readonly #now: () => number;
  readonly #pool: EndpointPool;
  readonly #queue: ReadingQueue;
  readonly #cache: NeuronCache;
  #lastBlock: ChainBlock | undefined;
  #lastFailure: { readonly error: ChainUnavailableError; readonly askedAt: number } | undefined;

  /** Throws RegistryError where the settings can't be used. Nothing is asked yet. */
  constructor(settings: SubtensorSettings, { now = Date.now }: SubtensorRegistryOptions = {}) {
    const parsed = subtensorSettingsSchema.safeParse(settings);
    if (!parsed.success) {
      throw new RegistryError(
        `these settings of a registry can't be used:\n${z.prettifyError(parsed.error)}`,
      );
    }
    const { endpoints, endpointPauseMs, totalTimeoutMs, intervalMs, stake } = parsed.data;
    const wholeSubnet = stake === 'weighed';
    this.#settings = parsed.data;
    this.#now = now;
    this.#pool = new EndpointPool({ urls: endpoints, pauseMs: endpointPauseMs, now });
    this.#cache = new NeuronCache(wholeSubnet);
    this.#queue = new ReadingQueue({
      read: (accounts, signal) => this.#read(accounts, signal),
      wholeSubnet,
      totalTimeoutMs,
      intervalMs,
      now,
    });
  }

  /** The newest finalised block that an answer came from. */
  get lastBlock(): ChainBlock | undefined {
    return this.#lastBlock;
  }

  /** Each endpoint, the one asked first in front. */
  get endpoints(): readonly EndpointHealth[] {
    return this.#pool.health;
  }

  /** Throws ChainUnavailableError, or the reason of `signal`. */
  async lookup(netuid: number, hotkey: HotkeyAddress, signal?: AbortSignal): Promise<NeuronStatus> {
    signal?.throwIfAborted();
    if (netuid !== this.#settings.netuid) {
      const message = `this registry asks about subnet ${this.#settings.netuid}, not ${netuid}`;
      throw new ChainUnavailableError(message, { reason: 'OtherSubnet' });
    }
    this.#queue.requireOpen();
    const known = this.#cache.get(hotkey);
    const use = known === undefined ? 'none' : this.#useOf(known);
    if (known === undefined || use === 'none') {
      return await unlessAborted(this.#ask(hotkey), signal);
    }
    if (use === 'while-refreshing') {
      this.#ask(hotkey).catch(() => {
        // Nobody waits for it. The endpoint's health tells the operator, and the age bound fails closed.
      });
    }
    return known.status;
  }

  /** Ends what is under way; lookups fail from now on. */
  close(): void {
    this.#queue.close();
  }

  #useOf({ status, askedAt }: KnownStatus): 'as-it-is' | 'while-refreshing' | 'none' {
    const { freshForMs, staleForMs, unregisteredForMs } = this.#settings;
    const age = this.#now() - askedAt;
    // A clock that went back says nothing about age.
    if (age < 0) return 'none';
    if (!status.registered) return age < unregisteredForMs ? 'as-it-is' : 'none';
    if (age < freshForMs) return 'as-it-is';
    return age < staleForMs ? 'while-refreshing' : 'none';
  }

  async #ask(hotkey: HotkeyAddress): Promise<NeuronStatus> {
    const failure = this.#lastFailure;
    if (failure !== undefined) {
      const age = this.#now() - failure.askedAt;
      if (age >= 0 && age < this.#settings.retryAfterMs) throw failure.error;
    }
    const account = publicKeyOf(hotkey);
    if (account === undefined) throw new TypeError('the hotkey is not an ss58 address');
    const { neurons } = await this.#queue.join(hotkey, account);
    return neurons.get(hotkey) ?? { registered: false };
  }

  async #read(accounts: Accounts, signal: AbortSignal): Promise<SubnetReading> {
    const askedAt = this.#now();
    const question = { ...this.#settings, now: this.#now };
    try {
      const reading = await this.#pool.first(signal, (url) =>
        readSubnet(jsonRpc(url, question.requestTimeoutMs, signal), question, accounts),
      );
      this.#cache.store(reading, askedAt);
      this.#lastBlock = reading.block;
      this.#lastFailure = undefined;
      return reading;
    } catch (error) {
      if (error instanceof ChainUnavailableError) this.#lastFailure = { error, askedAt };
      throw error;
    }
  }
}

/** The result, or the signal's reason as soon as it aborts; the work goes on for the others. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
