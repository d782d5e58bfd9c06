import { describe, expect, it, vi } from 'vitest';
import { miner, stranger, validator } from './support/recorded-storage.ts';
import { clock, failureOf, registryOf, startChain } from './support/registry-fixture.ts';

vi.setConfig({ testTimeout: 30_000 });

const noCache = { freshForMs: 0, staleForMs: 0, unregisteredForMs: 0, retryAfterMs: 0 };
const threeChains = () => Promise.all([startChain(), startChain(), startChain()]);

describe('several endpoints', () => {
  it('are asked in order: the second only where the first fails', async () => {
    const [first, second, third] = await threeChains();
    const registry = registryOf([first, second, third], noCache);
    await registry.lookup(13, miner);
    expect([first, second, third].map((chain) => chain.exchanges)).toEqual([1, 0, 0]);
    first.fault = (_, response) => {
      response.destroy();
      return true;
    };
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    expect(third.exchanges).toBe(0);
  });

  it('are kept while they are good, even where one before them has recovered', async () => {
    const [first, second, third] = await threeChains();
    const registry = registryOf([first, second, third], noCache);
    first.setTime(0);
    await registry.lookup(13, miner);
    first.setTime(clock.now);
    clock.now += 60_000;
    for (let index = 0; index < 3; index += 1) await registry.lookup(13, miner);
    expect([first, second, third].map((chain) => chain.exchanges)).toEqual([1, 4, 0]);
  });

  it('are left alone for a while after a failure, unless the others fail too', async () => {
    const [first, second, third] = await threeChains();
    const registry = registryOf([first, second, third], noCache);
    for (const chain of [first, second]) chain.setTime(0);
    await registry.lookup(13, miner);
    third.setTime(0);
    clock.now += 1_000;
    const failure = await failureOf(registry.lookup(13, miner));
    expect(failure.message.match(/Stale at/g)).toHaveLength(3);
    expect([first, second, third].map((chain) => chain.exchanges)).toEqual([2, 2, 2]);

    second.setTime(clock.now);
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
  });

  it('can not lie about which chain they serve: the honest one answers', async () => {
    const [liar, honest] = await threeChains();
    liar.setGenesis(`0x${'66'.repeat(32)}`);
    liar.set('SubtensorModule.Uids', '0x0200', 'Eve');
    liar.set('SubtensorModule.Uids', null, 'miner');
    const registry = registryOf([liar, honest]);
    expect(await registry.lookup(13, stranger)).toEqual({ registered: false });
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    expect(registry.endpoints).toEqual([
      { host: new URL(honest.url).host },
      {
        host: new URL(liar.url).host,
        pausedUntil: clock.now + 30_000,
        lastFault: expect.objectContaining({ reason: 'WrongGenesis', at: clock.now }),
      },
    ]);
  });

  it('never mix: what one failed to tell is asked of the next, at a block of its own', async () => {
    const [first, second] = await threeChains();
    first.head = `0x${'aa'.repeat(32)}`;
    second.head = `0x${'bb'.repeat(32)}`;
    first.fault = (call, response) => {
      if (call.method !== 'state_queryStorageAt') return false;
      response.destroy();
      return true;
    };
    const registry = registryOf([first, second]);
    expect(await registry.lookup(13, validator)).toMatchObject({ uid: 2 });
    expect(second.calls[1]?.params[1]).toBe(second.head);
    expect(registry.lastBlock?.hash).toBe(second.head);
  });

  it('share one time limit: those it does not reach are not asked', async () => {
    const [first, second] = await threeChains();
    first.fault = () => true;
    const registry = registryOf([first, second], { totalTimeoutMs: 50 });
    expect(await failureOf(registry.lookup(13, miner))).toMatchObject({ reason: 'Timeout' });
    expect(second.calls).toEqual([]);
  });

  it('that hang cost the limit of one request, and then nothing', async () => {
    const [first, second] = await threeChains();
    first.fault = () => true;
    const registry = registryOf([first, second], { ...noCache, requestTimeoutMs: 2_000 });
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    await registry.lookup(13, miner);
    expect(first.calls).toHaveLength(1);
  });
});
