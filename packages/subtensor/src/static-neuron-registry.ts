import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import { ChainUnavailableError } from './chain-unavailable-error.ts';
import { type NeuronList, parseNeuronList } from './neuron-list.ts';
import { NeuronListFile } from './neuron-list-file.ts';
import type { NeuronRegistry, NeuronStatus } from './neuron-registry.ts';
import type { StaticRegistryFile } from './static-registry-file.ts';

/** Answers from a list instead of a chain: for development, tests and private networks. */
export class StaticNeuronRegistry implements NeuronRegistry {
  #current: () => Promise<NeuronList>;
  #network: string | undefined;

  /** Throws RegistryError where the content breaks its schema or repeats a uid or hotkey. */
  constructor(content: StaticRegistryFile) {
    const list = parseNeuronList(content, 'the static registry');
    this.#current = () => Promise.resolve(list);
  }

  /**
   * Reads a JSON file of the shape StaticRegistryFile, and reads it again whenever it has changed.
   * Throws RegistryError where it can't be used now; where it can't be used later, lookups throw
   * ChainUnavailableError until it is mended, or while it is of another `network` than the one given.
   */
  static async fromFile(
    path: string,
    options: { readonly network?: string | undefined } = {},
  ): Promise<StaticNeuronRegistry> {
    const file = new NeuronListFile(path);
    const { network, netuid } = await file.current();
    const registry = new StaticNeuronRegistry({ network, netuid, neurons: [] });
    registry.#current = () => file.current();
    registry.#network = options.network;
    return registry;
  }

  async lookup(netuid: number, hotkey: HotkeyAddress, signal?: AbortSignal): Promise<NeuronStatus> {
    signal?.throwIfAborted();
    const list = await this.#list();
    signal?.throwIfAborted();
    const network = this.#network ?? list.network;
    if (list.netuid !== netuid || list.network !== network) {
      // Not "unregistered": this list says nothing about another subnet.
      throw new ChainUnavailableError(
        `the static registry knows subnet ${list.netuid} of ${list.network}, not subnet ${netuid} of ${network}`,
        { reason: 'OtherSubnet' },
      );
    }
    return list.statuses.get(hotkey) ?? { registered: false };
  }

  async #list(): Promise<NeuronList> {
    try {
      return await this.#current();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'unknown error';
      throw new ChainUnavailableError(`the static registry can't be used: ${reason}`, {
        reason: 'InvalidRegistry',
        cause,
      });
    }
  }
}
