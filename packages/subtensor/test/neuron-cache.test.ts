import { addressOf } from '@data-universe/core-auth';
import { describe, expect, it } from 'vitest';
import { NeuronCache } from '../src/neuron-cache.ts';
import type { NeuronStatus } from '../src/neuron-registry.ts';

const block = { hash: '0x', number: 1, timestamp: 0 };
const hotkeys = Array.from({ length: 5_000 }, (_, index) =>
  addressOf(new Uint8Array(Buffer.from((index + 1).toString(16).padStart(64, '0'), 'hex'))),
);
const all = (status: NeuronStatus, from: number, to: number) =>
  new Map(hotkeys.slice(from, to).map((hotkey) => [hotkey, status]));
const neuron = { registered: true, uid: 7, validatorPermit: false } as const;
const [known, ...strangers] = hotkeys;
if (known === undefined) throw new Error('no hotkeys');

describe('what is remembered of the chain', () => {
  it('is bounded, and no number of strangers displaces a neuron', () => {
    const cache = new NeuronCache(false);
    cache.store({ block, neurons: all(neuron, 0, 1) }, 1_000);
    cache.store({ block, neurons: all({ registered: false }, 1, 5_000) }, 2_000);
    expect(cache.get(known)).toEqual({ status: neuron, askedAt: 1_000 });
    expect(strangers.filter((hotkey) => cache.get(hotkey) !== undefined)).toHaveLength(4_096);
  });

  it('is the last word on a hotkey, whichever it was before', () => {
    const cache = new NeuronCache(false);
    cache.store({ block, neurons: all(neuron, 0, 1) }, 1_000);
    cache.store({ block, neurons: all({ registered: false }, 0, 1) }, 2_000);
    expect(cache.get(known)).toEqual({ status: { registered: false }, askedAt: 2_000 });
    cache.store({ block, neurons: all(neuron, 0, 1) }, 3_000);
    expect(cache.get(known)).toEqual({ status: neuron, askedAt: 3_000 });
  });

  it('of a whole subnet has no bound, and says that everyone else is not registered', () => {
    const cache = new NeuronCache(true);
    expect(cache.get(known)).toBeUndefined();
    cache.store({ block, neurons: all(neuron, 1, 5_000) }, 1_000);
    expect(strangers.every((hotkey) => cache.get(hotkey)?.status === neuron)).toBe(true);
    expect(cache.get(known)).toEqual({ status: { registered: false }, askedAt: 1_000 });
  });
});
