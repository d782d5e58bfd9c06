import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import type { NeuronStatus } from './neuron-registry.ts';
import type { SubnetReading } from './read-subnet.ts';

/** A status, and when the question that it answers was asked: Unix milliseconds. */
export interface KnownStatus {
  readonly status: NeuronStatus;
  readonly askedAt: number;
}

/** Of the registered and of the others, each: strangers must not displace neurons. */
const MAX_ENTRIES = 4_096;

/** What the last readings said, by hotkey. */
export class NeuronCache {
  readonly #wholeSubnet: boolean;
  readonly #registered = new Map<HotkeyAddress, KnownStatus>();
  readonly #strangers = new Map<HotkeyAddress, KnownStatus>();
  #whole: { readonly neurons: SubnetReading['neurons']; readonly askedAt: number } | undefined;

  /** `wholeSubnet`: a reading tells of every registered neuron, not only of those asked about. */
  constructor(wholeSubnet: boolean) {
    this.#wholeSubnet = wholeSubnet;
  }

  get(hotkey: HotkeyAddress): KnownStatus | undefined {
    if (this.#whole === undefined) {
      return this.#registered.get(hotkey) ?? this.#strangers.get(hotkey);
    }
    const { neurons, askedAt } = this.#whole;
    return { status: neurons.get(hotkey) ?? { registered: false }, askedAt };
  }

  store({ neurons }: SubnetReading, askedAt: number): void {
    if (this.#wholeSubnet) {
      this.#whole = { neurons, askedAt };
      return;
    }
    for (const [hotkey, status] of neurons) {
      this.#registered.delete(hotkey);
      this.#strangers.delete(hotkey);
      keep(status.registered ? this.#registered : this.#strangers, hotkey, { status, askedAt });
    }
  }
}

function keep(
  entries: Map<HotkeyAddress, KnownStatus>,
  hotkey: HotkeyAddress,
  known: KnownStatus,
): void {
  entries.set(hotkey, known);
  const [oldest] = entries.keys();
  if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
}
