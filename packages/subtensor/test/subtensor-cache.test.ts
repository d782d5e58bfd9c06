import { addressOf } from '@data-universe/core-auth';
import { describe, expect, it, vi } from 'vitest';
import { encodeMetagraph } from './support/encode-scale.ts';
import { miner, stranger, validator } from './support/recorded-storage.ts';
import { clock, failureOf, NOW, registryOf, startChain } from './support/registry-fixture.ts';
import type { ScriptedChain } from './support/scripted-chain.ts';

/** Of a test that waits for a machine with much else to do. */
const PATIENCE = { timeout: 20_000 };
vi.setConfig({ testTimeout: 30_000 });

const manyHotkeys = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const account = new Uint8Array(32).fill(7);
    new DataView(account.buffer).setUint32(0, index);
    return addressOf(account);
  });

/** The chain goes on: a new block, its time that of our clock plus `seconds`. */
function wait(chain: ScriptedChain, seconds: number): void {
  clock.now += seconds * 1000;
  chain.setTime(clock.now - 20_000);
}

describe('look-ups at the same time', () => {
  it('of one hotkey are one question', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => registry.lookup(13, miner)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(chain.calls).toHaveLength(2);
  });

  it('of a hundred hotkeys are one question too', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    const hotkeys = [...manyHotkeys(99), validator];
    const answers = await Promise.all(hotkeys.map((hotkey) => registry.lookup(13, hotkey)));
    expect(answers.filter(({ registered }) => registered)).toHaveLength(1);
    expect(answers.at(-1)).toMatchObject({ uid: 2 });
    expect(chain.calls).toHaveLength(2);
  });

  it('that come while the chain thinks share the next question', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    let open = () => {};
    chain.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = registry.lookup(13, miner);
    await vi.waitFor(() => expect(chain.calls).toHaveLength(1), PATIENCE);
    const later = manyHotkeys(50).map((hotkey) => registry.lookup(13, hotkey));
    const again = registry.lookup(13, miner);
    open();
    await Promise.all([first, again, ...later]);
    expect(chain.exchanges).toBe(2);
  });

  it('fill one question at most; who finds it full is told to come again', async () => {
    const registry = registryOf([await startChain()]);
    const hotkeys = manyHotkeys(1_001);
    const last = hotkeys.pop() ?? miner;
    const served = hotkeys.map((hotkey) => registry.lookup(13, hotkey));
    expect(await failureOf(registry.lookup(13, last))).toMatchObject({ reason: 'Overloaded' });
    expect(await Promise.all(served)).toHaveLength(1_000);
    expect(await registry.lookup(13, last)).toEqual({ registered: false });
  });

  it('that come soon after a question wait for the interval, all of them for one', async () => {
    const chain = await startChain();
    const registry = registryOf([chain], { intervalMs: 10_000 });
    await registry.lookup(13, miner);
    const waiting = manyHotkeys(3).map((hotkey) => failureOf(registry.lookup(13, hotkey)));
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    expect(chain.exchanges).toBe(1);
    registry.close();
    for (const failure of await Promise.all(waiting)) expect(failure.reason).toBe('Closed');
    expect(chain.exchanges).toBe(1);
  });

  it('that come after it do not wait', async () => {
    const chain = await startChain();
    const registry = registryOf([chain], { intervalMs: 10_000 });
    await registry.lookup(13, miner);
    wait(chain, 10);
    expect(await registry.lookup(13, stranger)).toEqual({ registered: false });
  });

  it('all fail with it, and the next one asks anew', async () => {
    const chain = await startChain();
    const registry = registryOf([chain], { retryAfterMs: 0 });
    chain.setTime(0);
    const failures = await Promise.all(
      Array.from({ length: 10 }, () => failureOf(registry.lookup(13, miner))),
    );
    expect(new Set(failures).size).toBe(1);
    chain.setTime(NOW);
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    expect(chain.exchanges).toBe(2);
  });
});

describe('an answer', () => {
  it('is given again for 30 s without asking', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    await registry.lookup(13, miner);
    chain.set('SubtensorModule.Uids', null, 'miner');
    wait(chain, 29.999);
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    expect(chain.exchanges).toBe(1);
  });

  it('is given for five minutes more while one newer is fetched', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    await registry.lookup(13, miner);
    chain.set('SubtensorModule.Uids', null, 'miner');
    wait(chain, 299);
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    await vi.waitFor(async () => {
      expect(await registry.lookup(13, miner)).toEqual({ registered: false });
    }, PATIENCE);
    expect(chain.exchanges).toBe(2);
  });

  it('is not given after that: the caller waits for a newer one, and fails with it', async () => {
    const chain = await startChain();
    const registry = registryOf([chain], { retryAfterMs: 0 });
    await registry.lookup(13, miner);
    clock.now += 300_000;
    expect(await failureOf(registry.lookup(13, miner))).toMatchObject({ reason: 'Stale' });
    wait(chain, 0);
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
  });

  it('outlives a chain that is away, within its bound', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    await registry.lookup(13, miner);
    chain.fault = (_, response) => {
      response.destroy();
      return true;
    };
    for (const seconds of [60, 60, 60, 60, 59]) {
      clock.now += seconds * 1000;
      expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    }
    clock.now += 1_000;
    expect(await failureOf(registry.lookup(13, miner))).toMatchObject({ reason: 'Unreachable' });
    expect(await failureOf(registry.lookup(13, stranger))).toMatchObject({ reason: 'Unreachable' });
  });

  it('is fetched anew where the clock went back', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    await registry.lookup(13, miner);
    wait(chain, -10);
    await registry.lookup(13, miner);
    expect(chain.exchanges).toBe(2);
  });

  it('of "not registered" holds for one block, and never longer', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    expect(await registry.lookup(13, stranger)).toEqual({ registered: false });
    chain.set('SubtensorModule.Uids', '0x0000', 'Eve');
    wait(chain, 11.999);
    expect(await registry.lookup(13, stranger)).toEqual({ registered: false });
    expect(chain.exchanges).toBe(1);
    wait(chain, 0.001);
    expect(await registry.lookup(13, stranger)).toMatchObject({ registered: true, uid: 0 });
    expect(chain.exchanges).toBe(2);
  });
});

describe('a chain that fails', () => {
  it('is asked once a second, however many ask', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    chain.setTime(0);
    for (let index = 0; index < 20; index += 1) {
      expect(await failureOf(registry.lookup(13, miner))).toMatchObject({ reason: 'Stale' });
    }
    expect(chain.exchanges).toBe(1);
    clock.now += 1_000;
    await failureOf(registry.lookup(13, miner));
    expect(chain.exchanges).toBe(2);
  });

  it('is not waited for by whoever comes after the process was frozen', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    chain.gate = new Promise(() => {});
    const frozen = failureOf(registry.lookup(13, miner));
    await vi.waitFor(() => expect(chain.calls).toHaveLength(1), PATIENCE);
    chain.gate = undefined;
    wait(chain, 3_600);
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
    expect(await frozen).toMatchObject({ reason: 'Timeout' });
  });
});

describe('a whole subnet that is known at once', () => {
  const neurons = [
    { hotkey: addressOf(new Uint8Array(32).fill(1)), permit: false, stake: 0n },
    { hotkey: miner, permit: false, stake: 5n },
    { hotkey: validator, permit: true, stake: 20_000_000_000_000n },
  ];

  it('answers for everyone for its time, strangers for one block', async () => {
    const chain = await startChain();
    chain.metagraph = encodeMetagraph({ netuid: 13, block: 32n, neurons });
    const registry = registryOf([chain], { stake: 'weighed' });
    const all = [miner, validator, stranger, ...manyHotkeys(2_000)];
    const answers = await Promise.all(all.map((hotkey) => registry.lookup(13, hotkey)));
    expect(answers.filter(({ registered }) => registered)).toHaveLength(2);
    wait(chain, 11.999);
    await Promise.all(manyHotkeys(10).map((hotkey) => registry.lookup(13, hotkey)));
    expect(chain.exchanges).toBe(1);

    const joined = { hotkey: stranger, permit: false, stake: 0n };
    chain.metagraph = encodeMetagraph({
      netuid: 13,
      block: 32n,
      neurons: [joined, ...neurons.slice(1)],
    });
    wait(chain, 0.001);
    expect(await registry.lookup(13, stranger)).toMatchObject({ registered: true, uid: 0 });
    expect(await registry.lookup(13, neurons[0]?.hotkey ?? miner)).toEqual({ registered: false });
    expect(chain.exchanges).toBe(2);
  });
});
