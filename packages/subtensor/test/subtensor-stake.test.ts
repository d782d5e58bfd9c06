import { addressOf, type HotkeyAddress } from '@data-universe/core-auth';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeScale, ScaleError } from '../src/scale-reader.ts';
import { readMetagraph } from '../src/selective-metagraph.ts';
import { compact, encodeMetagraph, type MetagraphParts, vec } from './support/encode-scale.ts';
import { miner, stranger, validator } from './support/recorded-storage.ts';
import { failureOf, registryOf, startChain } from './support/registry-fixture.ts';
import { send } from './support/scripted-chain.ts';

const owner = addressOf(new Uint8Array(32).fill(9));
const parts: MetagraphParts = {
  netuid: 13,
  block: 32n,
  neurons: [
    { hotkey: owner, permit: false, stake: 0n },
    { hotkey: miner, permit: false, stake: 123n },
    { hotkey: validator, permit: true, stake: 21_000_000_000_000_000n },
  ],
};

describe('stake as alpha', () => {
  it('is what storage holds for the hotkey on the subnet, in RAO', async () => {
    const chain = await startChain();
    const registry = registryOf([chain], { stake: 'alpha' });
    expect(await registry.lookup(13, validator)).toEqual({
      registered: true,
      uid: 2,
      validatorPermit: true,
      stake: 832_723_115_369n,
    });
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1, stake: 0n });
    expect(await registry.lookup(13, stranger)).toEqual({ registered: false });
  });

  it.each(['0x695d2ae2c10000', '0x695d2ae2c100000000', '0x'])(
    'is not guessed from %s',
    async (value) => {
      const chain = await startChain();
      chain.set('SubtensorModule.TotalHotkeyAlpha', value, 'validator');
      const lookup = registryOf([chain], { stake: 'alpha' }).lookup(13, validator);
      expect(await failureOf(lookup)).toMatchObject({ reason: 'Malformed' });
    },
  );
});

describe('stake as the chain weighs it', () => {
  it('comes with the permit and uid of every neuron from one call at the same block', async () => {
    const chain = await startChain();
    chain.metagraph = encodeMetagraph(parts);
    const registry = registryOf([chain], { stake: 'weighed' });
    expect(await registry.lookup(13, validator)).toEqual({
      registered: true,
      uid: 2,
      validatorPermit: true,
      stake: 21_000_000_000_000_000n,
    });
    expect(await registry.lookup(13, miner)).toMatchObject({ uid: 1, stake: 123n });
    expect(await registry.lookup(13, stranger)).toEqual({ registered: false });
    expect(chain.calls).toHaveLength(3);
    expect(chain.calls[2]).toMatchObject({
      method: 'state_call',
      params: [
        'SubnetInfoRuntimeApi_get_selective_metagraph',
        // netuid 13, six indexes: 0, 7, 30, 52, 57, 69
        '0x0d0018000007001e00340039004500',
        chain.head,
      ],
    });
  });

  const refused: [string, string, Parameters<typeof encodeMetagraph>[0] | Buffer | undefined][] = [
    ['there is no such subnet', 'NoSubnet', undefined],
    ['it is of another subnet', 'Malformed', { ...parts, netuid: 14 }],
    ['it is of a later block', 'Malformed', { ...parts, block: 34n }],
    ['it is of an earlier block', 'Malformed', { ...parts, block: 31n }],
    [
      'its permits are not those of the storage',
      'Malformed',
      { ...parts, neurons: parts.neurons.map((neuron) => ({ ...neuron, permit: true })) },
    ],
    [
      'it has a neuron more than the permits',
      'Malformed',
      {
        ...parts,
        neurons: [...parts.neurons, { hotkey: stranger, permit: true, stake: 1n }],
      },
    ],
    [
      'a hotkey has two uids',
      'Malformed',
      {
        ...parts,
        neurons: parts.neurons.map((neuron, uid) =>
          uid === 0 ? { ...neuron, hotkey: miner } : neuron,
        ),
      },
    ],
    ['a field is absent', 'Malformed', { ...parts, replace: { 69: Buffer.of(0) } }],
    ['a field was not asked for', 'Malformed', { ...parts, replace: { 8: Buffer.of(1, 4) } }],
    [
      'a later field was not asked for',
      'Malformed',
      { ...parts, replace: { 70: Buffer.of(1, 0) } },
    ],
    ['the runtime has too few fields', 'Malformed', { ...parts, fieldCount: 69 }],
    ['the runtime has absurdly many fields', 'Malformed', { ...parts, fieldCount: 200 }],
    [
      'the stakes are too few',
      'Malformed',
      {
        ...parts,
        replace: { 69: Buffer.concat([Buffer.of(1), vec([compact(1n)])]) },
      },
    ],
    ['it is cut short', 'Malformed', encodeMetagraph(parts).subarray(0, 150)],
  ];

  it.each(refused)('is not taken where %s: %s', async (_, reason, metagraph) => {
    const chain = await startChain();
    if (metagraph !== undefined) {
      chain.metagraph = Buffer.isBuffer(metagraph) ? metagraph : encodeMetagraph(metagraph);
    }
    const lookup = registryOf([chain], { stake: 'weighed' }).lookup(13, miner);
    expect(await failureOf(lookup)).toMatchObject({ reason });
  });

  it('is not taken from a runtime without the call', async () => {
    const chain = await startChain();
    chain.fault = ({ id, method }, response) =>
      method === 'state_call' &&
      send(response, JSON.stringify({ jsonrpc: '2.0', id, error: { code: 4003, message: '' } }));
    const lookup = registryOf([chain], { stake: 'weighed' }).lookup(13, miner);
    expect(await failureOf(lookup)).toMatchObject({ reason: 'Rpc' });
  });

  it('is not asked for where the chain is another', async () => {
    const chain = await startChain();
    chain.setGenesis(`0x${'55'.repeat(32)}`);
    const lookup = registryOf([chain], { stake: 'weighed' }).lookup(13, miner);
    expect(await failureOf(lookup)).toMatchObject({ reason: 'WrongGenesis' });
    expect(chain.calls).toHaveLength(2);
  });
});

describe('a metagraph', () => {
  const read = (bytes: Uint8Array, netuid: number) =>
    decodeScale(bytes, (reader) => reader.option(() => readMetagraph(reader, netuid)));
  const anyNeuron = fc.record({
    account: fc.option(fc.nat(100_000)),
    permit: fc.boolean(),
    stake: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  });
  const anyParts = fc.record({
    netuid: fc.nat(65_535),
    block: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    neurons: fc.array(anyNeuron, { maxLength: 64 }),
    fieldCount: fc.integer({ min: 70, max: 100 }),
  });
  const hotkeyOf = (account: number): HotkeyAddress =>
    addressOf(new Uint8Array(Buffer.from((account + 1).toString(16).padStart(64, '0'), 'hex')));

  it('is read as it was written, by any later runtime with more fields; free uids are nobody', () => {
    fc.assert(
      fc.property(anyParts, fc.nat(), ({ neurons, ...rest }, cut) => {
        const unique = new Map<HotkeyAddress | number, MetagraphParts['neurons'][number]>();
        for (const [uid, { account, permit, stake }] of neurons.entries()) {
          const hotkey = account === null ? undefined : hotkeyOf(account);
          unique.set(hotkey ?? uid, { ...(hotkey !== undefined && { hotkey }), permit, stake });
        }
        const written = [...unique.values()];
        const bytes = encodeMetagraph({ ...rest, neurons: written });
        const metagraph = read(bytes, rest.netuid);
        expect(metagraph?.blockNumber).toBe(rest.block);
        expect(metagraph?.validatorPermits).toEqual(written.map(({ permit }) => permit));
        const expected = written.flatMap(({ hotkey, permit, stake }, uid) =>
          hotkey === undefined
            ? []
            : [[hotkey, { registered: true, uid, validatorPermit: permit, stake }] as const],
        );
        expect(metagraph?.neurons).toEqual(new Map(expected));
        const needed = bytes.byteLength - (rest.fieldCount - 70);
        expect(() => read(bytes.subarray(0, cut % needed), rest.netuid)).toThrow(ScaleError);
      }),
    );
  });

  it('of random bytes is an error and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (random) => {
        try {
          read(Buffer.concat([Buffer.of(1, 13 << 2), random]), 13);
        } catch (error) {
          expect(error).toBeInstanceOf(ScaleError);
        }
      }),
    );
  });
});
