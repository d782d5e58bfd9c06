import { describe, expect, it } from 'vitest';
import { RegistryError, SubtensorRegistry, type SubtensorSettings } from '../src/index.ts';

const good: SubtensorSettings = {
  network: 'finney',
  netuid: 13,
  endpoints: ['https://rpc.example.org/v1/key-of-a-customer'],
};
const make = (settings: object) => () =>
  new SubtensorRegistry(Object.assign({}, good, settings)).close();

describe('the settings of a registry', () => {
  it.each<[string, object]>([
    ['finney with its own genesis', {}],
    [
      'another network with its genesis',
      { network: 'private', genesisHash: `0x${'1a'.repeat(32)}` },
    ],
    ['this machine without TLS', { endpoints: ['http://127.0.0.1:9944', 'http://[::1]:9944'] }],
    ['no cache at all', { freshForMs: 0, staleForMs: 0, unregisteredForMs: 0 }],
  ])('may be %s', (_, settings) => {
    expect(make(settings)).not.toThrow();
  });

  it.each<[string, object, string]>([
    ['a network of unknown genesis', { network: 'test' }, 'the genesis hash of test is not known'],
    ['a name that every object has', { network: 'constructor' }, 'of constructor is not known'],
    ['a genesis cut short', { genesisHash: '0x2f05' }, 'genesisHash'],
    ['no endpoint', { endpoints: [] }, 'endpoints'],
    [
      'nine endpoints',
      { endpoints: Array.from('123456789', (n) => `https://${n}.org`) },
      'endpoints',
    ],
    ['one endpoint twice', { endpoints: ['https://a.org', 'https://a.org'] }, 'named twice'],
    ['a web socket', { endpoints: ['wss://a.org'] }, 'write https://'],
    ['no TLS over a network', { endpoints: ['http://10.0.0.1:9944'] }, 'https is needed'],
    ['a name that only looks local', { endpoints: ['http://127.0.0.1.a.org'] }, 'https is needed'],
    ['a password', { endpoints: ['https://me:key-of-a-customer@a.org'] }, 'no user name'],
    ['no URL', { endpoints: ['key-of-a-customer'] }, 'not an https URL'],
    ['a subnet beyond u16', { netuid: 65_536 }, 'netuid'],
    ['hours of stale answers', { staleForMs: 3_600_000 }, 'staleForMs'],
    ['no bound for old blocks', { maxBlockAgeMs: Number.POSITIVE_INFINITY }, 'maxBlockAgeMs'],
    ['a misspelt name', { genesis: 'x' }, 'genesis'],
  ])('may not be %s, and the refusal repeats no key', (_, settings, named) => {
    expect(make(settings)).toThrow(RegistryError);
    expect(make(settings)).toThrow(named);
    expect(make(settings)).not.toThrow('key-of-a-customer');
  });
});
