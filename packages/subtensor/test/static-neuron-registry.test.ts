import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf, type HotkeyAddress } from '@data-universe/core-auth';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChainUnavailableError,
  RegistryError,
  StaticNeuronRegistry,
  type StaticRegistryFile,
  staticRegistryFileSchema,
} from '../src/index.ts';

const hotkey = (n: number): HotkeyAddress => addressOf(new Uint8Array(32).fill(n));
const [miner, validator, stranger] = [hotkey(1), hotkey(2), hotkey(3)];
const subnet = (overrides: Partial<StaticRegistryFile> = {}): StaticRegistryFile => ({
  network: 'finney',
  netuid: 13,
  neurons: [
    { uid: 1, hotkey: miner, validator_permit: false },
    { uid: 2, hotkey: validator, validator_permit: true },
  ],
  ...overrides,
});

describe('a static registry', () => {
  it('knows who is registered and who holds a permit', async () => {
    const registry = new StaticNeuronRegistry(subnet());
    expect(await registry.lookup(13, miner)).toEqual({
      registered: true,
      uid: 1,
      validatorPermit: false,
    });
    expect(await registry.lookup(13, validator)).toEqual({
      registered: true,
      uid: 2,
      validatorPermit: true,
    });
    expect(await registry.lookup(13, stranger)).toEqual({ registered: false });
  });

  it('knows a stake where it is given one, beyond what a JSON number can hold too', async () => {
    const neurons = [
      { uid: 1, hotkey: miner, validator_permit: false, stake: 5 },
      { uid: 2, hotkey: validator, validator_permit: true, stake: '18446744073709551615' },
    ];
    const registry = new StaticNeuronRegistry(subnet({ neurons }));
    expect(await registry.lookup(13, miner)).toMatchObject({ stake: 5n });
    expect(await registry.lookup(13, validator)).toMatchObject({ stake: 2n ** 64n - 1n });
  });

  it('says nothing of other subnets: that is unavailable, not unregistered', async () => {
    const lookup = new StaticNeuronRegistry(subnet()).lookup(14, miner);
    await expect(lookup).rejects.toMatchObject({
      name: 'ChainUnavailableError',
      code: 'ChainUnavailable',
      reason: 'OtherSubnet',
      retryable: true,
      message: 'the static registry knows subnet 13 of finney, not subnet 14 of finney',
    });
  });

  it('does not answer a caller who is gone', async () => {
    const lookup = new StaticNeuronRegistry(subnet()).lookup(13, miner, AbortSignal.abort());
    await expect(lookup).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('finds each neuron of any list, under its own uid', async () => {
    const neurons = fc.uniqueArray(
      fc.record({ uid: fc.nat(65_535), key: fc.nat(250), validator_permit: fc.boolean() }),
      { selector: ({ uid }) => uid },
    );
    await fc.assert(
      fc.asyncProperty(neurons, async (list) => {
        const unique = [...new Map(list.map((neuron) => [neuron.key, neuron])).values()];
        const registry = new StaticNeuronRegistry(
          subnet({ neurons: unique.map(({ key, ...rest }) => ({ ...rest, hotkey: hotkey(key) })) }),
        );
        for (const { uid, key, validator_permit } of unique) {
          expect(await registry.lookup(13, hotkey(key))).toEqual({
            registered: true,
            uid,
            validatorPermit: validator_permit,
          });
        }
        expect(await registry.lookup(13, hotkey(251))).toEqual({ registered: false });
      }),
      { numRuns: 25 },
    );
  });
});

describe('a list that can not be right', () => {
  const [first, second] = [
    { uid: 1, hotkey: miner, validator_permit: false },
    { uid: 2, hotkey: validator, validator_permit: true },
  ];
  const cases: [string, unknown, string][] = [
    ['a uid twice', { neurons: [first, { ...second, uid: 1 }] }, 'the uid 1 is that of neuron 0'],
    ['a hotkey twice', { neurons: [first, { ...second, hotkey: miner }] }, `the hotkey ${miner}`],
    ['an address that is none', { neurons: [{ ...first, hotkey: '5G' }] }, 'not an ss58 address'],
    ['a permit in words', { neurons: [{ ...first, validator_permit: 'yes' }] }, 'validator_permit'],
    ['a misspelt permit', { neurons: [{ ...first, validatorPermit: true }] }, 'validatorPermit'],
    ['a stake below zero', { neurons: [{ ...first, stake: -1 }] }, 'neurons[0].stake'],
    ['a stake in parts', { neurons: [{ ...first, stake: '1.5' }] }, 'no amount of RAO'],
    ['a stake no chain holds', { neurons: [{ ...first, stake: `${2n ** 64n}` }] }, 'more RAO'],
    ['a stake beyond exact numbers', { neurons: [{ ...first, stake: 2 ** 53 }] }, 'Too big'],
    ['a uid below zero', { neurons: [{ ...first, uid: -1 }] }, 'neurons[0].uid'],
    ['a netuid in quotes', { netuid: '13' }, 'netuid'],
    ['an unknown field', { subnet: 13 }, 'subnet'],
    ['no network', { network: undefined }, 'network'],
  ];

  it.each(cases)('is refused: %s', (_, overrides, named) => {
    const content = Object.assign({}, subnet(), overrides);
    const make = () => new StaticNeuronRegistry(content);
    expect(make).toThrow(RegistryError);
    expect(make).toThrow(named);
  });
});

describe('a registry in a file', () => {
  let folder: string;
  let path: string;
  const write = (content: unknown) => writeFile(path, JSON.stringify(content));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'registry-'));
    path = join(folder, 'registry.json');
    await write(subnet());
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('follows the file: a registration, a lost permit, a deregistration', async () => {
    const registry = await StaticNeuronRegistry.fromFile(path);
    expect(await registry.lookup(13, validator)).toMatchObject({ validatorPermit: true });
    expect(await registry.lookup(13, stranger)).toEqual({ registered: false });

    const neurons = [
      { uid: 2, hotkey: validator, validator_permit: false },
      { uid: 7, hotkey: stranger, validator_permit: false },
    ];
    await write(subnet({ neurons }));
    expect(await registry.lookup(13, validator)).toMatchObject({ validatorPermit: false });
    expect(await registry.lookup(13, stranger)).toMatchObject({ registered: true, uid: 7 });
    expect(await registry.lookup(13, miner)).toEqual({ registered: false });
  });

  it('says nothing of other networks, also when the file becomes one of another', async () => {
    const { network, netuid } = subnet();
    const registry = await StaticNeuronRegistry.fromFile(path, { network });
    expect(await registry.lookup(netuid, miner)).toMatchObject({ registered: true });
    await write({ ...subnet(), network: 'elsewhere' });
    await expect(registry.lookup(netuid, miner)).rejects.toMatchObject({ reason: 'OtherSubnet' });
  });

  it('follows a file that is replaced by rename, even by one of the same size', async () => {
    const registry = await StaticNeuronRegistry.fromFile(path);
    const other = join(folder, 'new.json');
    const neurons = [
      { uid: 1, hotkey: stranger, validator_permit: false },
      { uid: 2, hotkey: validator, validator_permit: true },
    ];
    await writeFile(other, JSON.stringify(subnet({ neurons })));
    await rename(other, path);
    expect(await registry.lookup(13, stranger)).toMatchObject({ registered: true, uid: 1 });
    expect(await registry.lookup(13, miner)).toEqual({ registered: false });
  });

  it.each<[string, () => Promise<void>]>([
    ['is removed', () => rm(path)],
    ['is cut short', () => writeFile(path, '{"network": "finney"')],
    ['repeats a uid', () => write(subnet({ neurons: twice(1) }))],
    [
      'becomes a folder',
      async () => {
        await rm(path);
        await mkdtemp(`${path}-`).then((made) => rename(made, path));
      },
    ],
  ])('fails closed when it %s, and recovers with it', async (_, breakIt) => {
    const registry = await StaticNeuronRegistry.fromFile(path);
    await breakIt();
    for (const who of [miner, stranger]) {
      const failure: unknown = await registry.lookup(13, who).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ChainUnavailableError);
      expect(failure).toHaveProperty('message', expect.stringContaining(path));
    }
    await rm(path, { recursive: true, force: true });
    await write(subnet());
    expect(await registry.lookup(13, miner)).toMatchObject({ registered: true });
  });

  it('is refused at once where it is unusable from the start', async () => {
    await expect(StaticNeuronRegistry.fromFile(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'InvalidRegistry',
      message: expect.stringContaining('ENOENT'),
    });
    await write({ ...subnet(), netuid: 99_999 });
    await expect(StaticNeuronRegistry.fromFile(path)).rejects.toThrow(RegistryError);
  });

  it.skipIf(process.getuid?.() === 0)('fails closed when it may not be read any more', async () => {
    const registry = await StaticNeuronRegistry.fromFile(path);
    await chmod(path, 0);
    await expect(registry.lookup(13, miner)).rejects.toThrow('EACCES');
  });

  it('has a schema of its own for whoever writes such a file', () => {
    expect(staticRegistryFileSchema.parse(subnet())).toEqual(subnet());
  });

  const twice = (uid: number) =>
    [miner, validator].map((key) => ({ uid, hotkey: key, validator_permit: false }));
});
