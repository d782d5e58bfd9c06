import type { HotkeyAddress } from '@data-universe/core-auth';
import { describe, expect, test } from 'vitest';
import {
  anyOf,
  ManualClock,
  MemoryNonceStore,
  MemoryOwnerLevers,
  MemoryQuotaStore,
  NonceStoreFullError,
  type PausedActions,
} from '../src/index.ts';
import { miner } from './service-fixture.ts';
import { describeState } from './state-suite.ts';

const hotkey = miner.address;

describe('the nonces in memory', () => {
  test('a full store refuses new nonces, still knows the old, and recovers by expiry', async () => {
    const clock = new ManualClock(0);
    const store = new MemoryNonceStore({ clock, capacity: 2 });
    await store.claim(hotkey, 'a', 1000);
    await store.claim(hotkey, 'b', 1000);
    await expect(store.claim(hotkey, 'c', 1000)).rejects.toThrow(NonceStoreFullError);
    expect(await store.claim(hotkey, 'a', 1000)).toBe(false);
    clock.advance(1000);
    expect(await store.claim(hotkey, 'c', 2000)).toBe(true);
  });
});

describeState('one process', {
  async open(clock, count) {
    const levers = new MemoryOwnerLevers();
    const control = {
      deny: async (hotkey: HotkeyAddress) => levers.deny(hotkey),
      allow: async (hotkey: HotkeyAddress) => levers.allow(hotkey),
      pause: async (actions: PausedActions) => levers.pause(actions),
      resume: async (actions: PausedActions) => levers.resume(actions),
    };
    const nonces = new MemoryNonceStore({ clock });
    const instance = { nonces, quota: new MemoryQuotaStore(), levers, control };
    return [instance, ...Array.from({ length: count - 1 }, () => instance)];
  },
});

test('of several sets of levers each one holds', async () => {
  const configured = new MemoryOwnerLevers([miner.address], ['read']);
  const levers = anyOf(configured, new MemoryOwnerLevers());
  expect(await levers.isDenied(miner.address)).toBe(true);
  expect(await levers.isPaused('read')).toBe(true);
  expect(await levers.isPaused('upload')).toBe(false);
});
