import { inspect } from 'node:util';
import { addressOf } from '@data-universe/core-auth';
import { describe, expect, it } from 'vitest';
import type { ChainFault } from '../src/index.ts';
import { miner, stranger, validator } from './support/recorded-storage.ts';
import { clock, failureOf, NOW, registryOf, startChain } from './support/registry-fixture.ts';
import { type Fault, reply, type ScriptedChain, send } from './support/scripted-chain.ts';

describe('a registry that asks a chain', () => {
  it('knows who is registered and who holds a permit', async () => {
    const registry = registryOf([await startChain()]);
    const [first, second, third] = await Promise.all(
      [miner, validator, stranger].map((hotkey) => registry.lookup(13, hotkey)),
    );
    expect(first).toEqual({ registered: true, uid: 1, validatorPermit: false });
    expect(second).toEqual({ registered: true, uid: 2, validatorPermit: true });
    expect(third).toEqual({ registered: false });
  });

  it('asks twice: for the finalised head, and for everything at that block', async () => {
    const chain = await startChain();
    await registryOf([chain]).lookup(13, miner);
    expect(chain.calls.map(({ method }) => method)).toEqual([
      'chain_getFinalizedHead',
      'state_queryStorageAt',
    ]);
    const [keys, block] = chain.calls[1]?.params ?? [];
    expect(keys).toHaveLength(5);
    expect(block).toBe(chain.head);
  });

  it('tells which block its answers are from', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    expect(registry.lastBlock).toBeUndefined();
    await registry.lookup(13, miner);
    expect(registry.lastBlock).toEqual({ hash: chain.head, number: 32, timestamp: NOW - 30_000 });
  });

  it('says nothing of other subnets, and does not ask', async () => {
    const chain = await startChain();
    const failure = await failureOf(registryOf([chain]).lookup(14, miner));
    expect(failure).toMatchObject({ code: 'ChainUnavailable', reason: 'OtherSubnet' });
    expect(chain.calls).toEqual([]);
  });

  it('does not answer a caller who is gone, and still learns what it asked for', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    const lookup = registry.lookup(13, miner, AbortSignal.abort());
    await expect(lookup).rejects.toMatchObject({ name: 'AbortError' });

    let open = () => {};
    chain.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gone = new AbortController();
    const [left, waiting] = [
      registry.lookup(13, miner, gone.signal),
      registry.lookup(13, miner, new AbortController().signal),
    ];
    gone.abort(new Error('the client left'));
    await expect(left).rejects.toThrow('the client left');
    open();
    expect(await waiting).toMatchObject({ uid: 1 });
    expect(chain.exchanges).toBe(1);
  });

  it('fails once it is closed, and ends what is under way', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    await registry.lookup(13, miner);
    chain.gate = new Promise(() => {});
    const underWay = failureOf(registry.lookup(13, stranger));
    registry.close();
    expect(await underWay).toMatchObject({ reason: 'Closed' });
    expect(await failureOf(registry.lookup(13, miner))).toMatchObject({ reason: 'Closed' });
  });
});

describe('where the chain can not be trusted or heard, nobody is called unregistered', () => {
  const storage =
    (alter: (changes: [string, string | null][], block: string) => unknown): Fault =>
    (call, response) => {
      if (call.method !== 'state_queryStorageAt') return false;
      const [keys, block] = call.params as [string[], string];
      return reply(
        response,
        call,
        alter(
          keys.map((key) => [key, null]),
          block,
        ),
      );
    };
  const faulty = (fault: Fault) => (chain: ScriptedChain) => {
    chain.fault = fault;
  };
  const cases: [string, ChainFault, (chain: ScriptedChain) => void][] = [
    ['serves another chain', 'WrongGenesis', (chain) => chain.setGenesis(`0x${'11'.repeat(32)}`)],
    ['has no genesis hash', 'Malformed', (chain) => chain.setGenesis(null)],
    ['has a short genesis hash', 'Malformed', (chain) => chain.setGenesis('0x1111')],
    ['stands still', 'Stale', (chain) => chain.setTime(NOW - 120_001)],
    ['is in the future', 'Stale', (chain) => chain.setTime(NOW + 120_001)],
    ['has no time', 'Malformed', (chain) => chain.setTime(null)],
    [
      'has no such subnet',
      'NoSubnet',
      (chain) => chain.set('SubtensorModule.ValidatorPermit', null),
    ],
    ['has no neuron', 'NoSubnet', (chain) => chain.set('SubtensorModule.ValidatorPermit', '0x00')],
    [
      'has a uid beyond the permits',
      'Malformed',
      (chain) => chain.set('SubtensorModule.Uids', '0x0300', 'miner'),
    ],
    [
      'has a uid of one byte',
      'Malformed',
      (chain) => chain.set('SubtensorModule.Uids', '0x01', 'miner'),
    ],
    [
      'has a uid of three bytes',
      'Malformed',
      (chain) => chain.set('SubtensorModule.Uids', '0x010000', 'miner'),
    ],
    [
      'has a uid in capitals',
      'Malformed',
      (chain) => chain.set('SubtensorModule.Uids', '0x0A00', 'miner'),
    ],
    [
      'has half a byte',
      'Malformed',
      (chain) => chain.set('SubtensorModule.Uids', '0x010', 'miner'),
    ],
    [
      'has a permit that is neither yes nor no',
      'Malformed',
      (chain) => chain.set('SubtensorModule.ValidatorPermit', '0x0c000002'),
    ],
    [
      'has fewer permits than it says',
      'Malformed',
      (chain) => chain.set('SubtensorModule.ValidatorPermit', '0x0c0000'),
    ],
    [
      'has more permits than it says',
      'Malformed',
      (chain) => chain.set('SubtensorModule.ValidatorPermit', '0x0c00000101'),
    ],
    [
      'knows nothing at all',
      'Malformed',
      faulty(storage((changes, block) => [{ block, changes }])),
    ],
    ['gives no block', 'Malformed', faulty(storage(() => []))],
    ['gives null', 'Malformed', faulty(storage(() => null))],
    [
      'answers from another block',
      'Malformed',
      faulty(storage((changes) => [{ block: `0x${'ff'.repeat(32)}`, changes }])),
    ],
    [
      'leaves a key out',
      'Malformed',
      faulty(storage((changes, block) => [{ block, changes: changes.slice(1) }])),
    ],
    [
      'gives a key twice',
      'Malformed',
      faulty(
        storage((changes, block) => [{ block, changes: [...changes, ...changes.slice(0, 1)] }]),
      ),
    ],
    ['has no finalised head', 'Malformed', faulty((call, response) => reply(response, call, null))],
    [
      'gives an error object',
      'Rpc',
      faulty(({ id }, response) =>
        send(
          response,
          JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: 'secret-echo' } }),
        ),
      ),
    ],
    ['gives HTTP 500', 'Rpc', faulty((_, response) => send(response, '{}', 500))],
    ['asks for payment', 'Rpc', faulty((_, response) => send(response, 'key-of-a-customer', 402))],
    ['is cut short', 'Malformed', faulty((_, response) => send(response, '{"jsonrpc":"2.0","id"'))],
    ['speaks another language', 'Malformed', faulty((_, response) => send(response, '<html>'))],
    ['speaks no JSON-RPC', 'Malformed', faulty((_, response) => send(response, '[1]'))],
    [
      'answers another question',
      'Malformed',
      faulty(({ id }, response) => reply(response, { id: id + 1 }, `0x${'11'.repeat(32)}`)),
    ],
    [
      'sends a huge body',
      'Malformed',
      faulty((_, response) => send(response, ' '.repeat(1_048_577))),
    ],
    [
      'breaks off',
      'Unreachable',
      faulty((_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        response.destroy();
        return true;
      }),
    ],
    [
      'hangs up',
      'Unreachable',
      faulty((_, response) => {
        response.destroy();
        return true;
      }),
    ],
  ];

  it.each(cases)('when it %s: %s', async (_, reason, breakIt) => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    breakIt(chain);
    const failure = await failureOf(registry.lookup(13, miner));
    expect(failure).toMatchObject({ code: 'ChainUnavailable', retryable: true, reason });
    expect(failure.message).toContain(`${reason} at 127.0.0.1:`);
    expect(inspect([failure, registry, registry.endpoints])).not.toMatch(/key-of-a|secret-echo/);
    expect(registry.lastBlock).toBeUndefined();
  });

  it.each<[string, Fault]>([
    ['says nothing', () => true],
    [
      'drips',
      (_, response) => {
        response.writeHead(200).write('{');
        return true;
      },
    ],
  ])('when it %s within the time limit', async (_, fault) => {
    const chain = await startChain();
    chain.fault = fault;
    const registry = registryOf([chain], { requestTimeoutMs: 50 });
    expect(await failureOf(registry.lookup(13, miner))).toMatchObject({ reason: 'Timeout' });
  });

  it('when nobody listens', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    await chain.close();
    expect(await failureOf(registry.lookup(13, miner))).toMatchObject({ reason: 'Unreachable' });
  });

  it('when it sends us elsewhere: nobody follows', async () => {
    const [chain, elsewhere] = [await startChain(), await startChain()];
    chain.fault = (_, response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
      return true;
    };
    const failure = await failureOf(registryOf([chain]).lookup(13, miner));
    expect(failure).toMatchObject({ reason: 'Rpc', message: expect.stringContaining('HTTP 307') });
    expect(elsewhere.calls).toEqual([]);
  });

  it('but a block at the very edge of our patience is good', async () => {
    for (const time of [NOW - 120_000, NOW + 120_000]) {
      const chain = await startChain();
      chain.setTime(time);
      expect(await registryOf([chain]).lookup(13, miner)).toMatchObject({ uid: 1 });
    }
  });

  it('and one that recovers is believed again', async () => {
    const chain = await startChain();
    const registry = registryOf([chain]);
    chain.setTime(NOW - 600_000);
    await failureOf(registry.lookup(13, miner));
    chain.setTime(NOW);
    clock.now += 1_000;
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1 });
  });

  it('and a hotkey that is none is a mistake of the caller', async () => {
    const registry = registryOf([await startChain()]);
    const wrong = addressOf(new Uint8Array(32)).slice(1) as typeof miner;
    await expect(registry.lookup(13, wrong)).rejects.toThrow(TypeError);
  });
});
