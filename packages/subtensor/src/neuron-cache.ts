import type { HotkeyAddress } from '@data-universe/core-auth';
import type { NeuronStatus } from './neuron-registry.ts';
import type { SubnetReading } from './read-subnet.ts';

/** A status, and when the question that it answers was asked: Unix milliseconds. */
export interface KnownStatus {
  readonly status: NeuronStatus;
  readonly askedAt: number;
}

const NOT_REGISTERED: NeuronStatus = { registered: false };

/** Of the registered and of the others, each: strangers must not displace neurons. */
const MAX_ENTRIES = 4_096;

/** What the last readings said, by hotkey. */
export class NeuronCache {
  readonly #wholeSubnet: boolean;
  readonly #registered = new Map<HotkeyAddress, KnownStatus>();
  readonly #strangers = new Map<HotkeyAddress, KnownStatus>();
  #lastAskedAt: number | undefined;

  constructor(wholeSubnet: boolean) {
    this.#wholeSubnet = wholeSubnet;
  }

  get(hotkey: HotkeyAddress): KnownStatus | undefined {
    const known = this.#registered.get(hotkey) ?? this.#strangers.get(hotkey);
    if (known !== undefined || !this.#wholeSubnet || this.#lastAskedAt === undefined) return known;
    return { status: NOT_REGISTERED, askedAt: this.#lastAskedAt };
  }

  store({ neurons }: SubnetReading, askedAt: number): void {
    this.#lastAskedAt = askedAt;
    if (this.#wholeSubnet) this.#registered.clear();
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
