import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ManualClock,
  MemoryNonceStore,
  MemoryOwnerLevers,
  MemoryQuotaStore,
  NonceStoreFullError,
} from '../src/index.ts';
import { miner, validator } from './service-fixture.ts';

const hotkey = miner.address;

describe('the nonces in memory', () => {
  test('of any number of racing claims one wins', async () => {
    const store = new MemoryNonceStore({ clock: new ManualClock(0) });
    const claims = Array.from({ length: 50 }, () => store.claim(hotkey, 'n', 1000));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });

  test('a nonce is free again once it has expired, not before', async () => {
    const clock = new ManualClock(0);
    const store = new MemoryNonceStore({ clock });
    expect(await store.claim(hotkey, 'n', 1000)).toBe(true);
    clock.advance(999);
    expect(await store.claim(hotkey, 'n', 2000)).toBe(false);
    clock.advance(1);
    expect(await store.claim(hotkey, 'n', 2000)).toBe(true);
  });

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

  test('whatever the order of expiries, no live nonce is claimed twice', async () => {
    const step = fc.record({
      wait: fc.nat(50),
      nonce: fc.constantFrom('a', 'b', 'c', 'd'),
      life: fc.integer({ min: 1, max: 100 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = new ManualClock(0);
        const store = new MemoryNonceStore({ clock });
        const live = new Map<string, number>();
        for (const { wait, nonce, life } of steps) {
          clock.advance(wait);
          const free = (live.get(nonce) ?? 0) <= clock.now();
          expect(await store.claim(hotkey, nonce, clock.now() + life)).toBe(free);
          if (free) live.set(nonce, clock.now() + life);
        }
      }),
    );
  });
});

describe('the quotas in memory', () => {
  const charge = { hotkey, action: 'upload', day: '2025-06-15', limit: 3 } as const;

  test('of any number of racing charges exactly the limit succeed', async () => {
    const store = new MemoryQuotaStore();
    const charges = await Promise.all(Array.from({ length: 20 }, () => store.charge(charge)));
    expect(charges.filter(Boolean)).toHaveLength(3);
  });

  test('hotkeys, actions and days are counted apart', async () => {
    const store = new MemoryQuotaStore();
    const once = { ...charge, limit: 1 };
    expect(await store.charge(once)).toBe(true);
    expect(await store.charge({ ...once, action: 'read' })).toBe(true);
    expect(await store.charge({ ...once, hotkey: validator.address })).toBe(true);
    expect(await store.charge({ ...once, day: '2025-06-16' })).toBe(true);
    expect(await store.charge({ ...once, day: '2025-06-16' })).toBe(false);
  });
});

test('the levers in memory bar whom they name', async () => {
  const levers = new MemoryOwnerLevers([miner.address]);
  expect(await levers.isDenied(miner.address)).toBe(true);
  expect(await levers.isDenied(validator.address)).toBe(false);
});
