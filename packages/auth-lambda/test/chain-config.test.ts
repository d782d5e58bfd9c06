import { createServer } from 'node:net';
import { signerFromUri } from '@data-universe/core-auth';
import { subtensorSettingsSchema } from '@data-universe/subtensor';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { GENESIS, ScriptedChain, send } from '../../subtensor/test/support/scripted-chain.ts';
import { chainSettings } from '../src/server/chain-settings.ts';
import { commandConfigSchema } from '../src/server/command-config.ts';
import { ROLES, run, serve, writeConfig } from './command-fixture.ts';
import { GRANTED, startSts } from './sts-double.ts';

// Whom the recorded chain knows, and whom not.
const miner = signerFromUri('//miner');
const validator = signerFromUri('//validator');
const stranger = signerFromUri('//Eve');

const upload = { action: 'upload', source: 'x' } as const;
const read = { action: 'read', minerHotkey: miner.address } as const;

async function startChain(): Promise<ScriptedChain> {
  const chain = await ScriptedChain.start(Date.now() - 20_000);
  onTestFinished(() => chain.close());
  return chain;
}

async function configOf(endpoints: readonly string[], changes: object = {}) {
  const { endpoint } = await startSts(GRANTED);
  return {
    network: 'private',
    genesis_hash: GENESIS,
    chain_endpoints: endpoints,
    bucket: 'my-bucket',
    endpoint,
    sts_endpoint: endpoint,
    ...ROLES,
    ...changes,
  };
}

describe('a service that asks the chain', () => {
  test('serves whom the chain knows, for what it permits', async () => {
    const chain = await startChain();
    const { ready, ask } = await serve(await configOf([chain.url]));
    expect(ready.warnings).toEqual([expect.stringContaining('run this one alone')]);
    expect(await ask(miner, upload)).toBe('Granted');
    expect(await ask(validator, read)).toBe('Granted');
    expect(await ask(miner, read)).toBe('NoValidatorPermit');
    expect(await ask(stranger, upload)).toBe('NotRegistered');
  });

  test('holds a hotkey to the least stake, in the alpha that the chain records for it', async () => {
    const chain = await startChain();
    // Recorded: 0xc1e22a5d69 RAO of the validator's.
    const recorded = 0xc1e22a5d69;
    const config = { stake_source: 'alpha', min_stake: recorded };
    const enough = await serve(await configOf([chain.url], config));
    expect(await enough.ask(validator, read)).toBe('Granted');
    expect(await enough.ask(miner, upload)).toBe('InsufficientStake');
    const tooLittle = await serve(
      await configOf([chain.url], { ...config, min_stake: recorded + 1 }),
    );
    expect(await tooLittle.ask(validator, read)).toBe('InsufficientStake');
  });

  test('asks the next endpoint where the first is away', async () => {
    const chain = await startChain();
    const config = await configOf([await nobodyListens(), chain.url]);
    const { ready, ask } = await serve(config);
    expect(ready.warnings).toHaveLength(1);
    expect(await ask(miner, upload)).toBe('Granted');
  });

  test('starts while the chain is away, refuses until it is back, and says so without the key in its URL', async () => {
    const chain = await startChain();
    chain.fault = (_, response) => send(response, 'down', 503);
    const { ready, ask, stderr } = await serve(await configOf([chain.url]));
    expect(ready.warnings[0]).toMatch(/refused until the chain can be asked.*127\.0\.0\.1.*503/);
    expect(await ask(miner, upload)).toBe('ChainUnavailable');
    chain.fault = () => false;
    await vi.waitFor(async () => expect(await ask(miner, upload)).toBe('Granted'), 15_000);
    expect(ready.warnings[0] + stderr()).not.toContain('key-of-a-customer');
  });

  test.each([
    ['another chain', (chain: ScriptedChain) => chain.setGenesis(`0x${'11'.repeat(32)}`)],
    ['a chain that stands still', (chain: ScriptedChain) => chain.setTime(Date.now() - 300_000)],
  ])('refuses everybody on the word of %s', async (_, spoil) => {
    const chain = await startChain();
    spoil(chain);
    const { ready, ask } = await serve(await configOf([chain.url]));
    expect(ready.warnings[0]).toContain('every request is refused');
    expect(await ask(miner, upload)).toBe('ChainUnavailable');
  });
});

describe('a configuration of the chain', () => {
  const explain = async (config: object) => {
    const { exitCode, stderr } = await run(['--config', await writeConfig(config)]);
    expect(exitCode).toBe(2);
    return stderr();
  };
  const url = 'https://node.example.com/the-key';

  test.each([
    ['neither a list nor a chain', { chain_endpoints: undefined }, 'name one of registry'],
    ['both', { registry: 'neurons.json' }, 'name one of registry'],
    ['no genesis hash', { genesis_hash: undefined }, 'must be given'],
    ['a genesis hash that is none', { genesis_hash: '0x12' }, 'genesis_hash'],
    ['a web socket', { chain_endpoints: ['wss://node.example.com/the-key'] }, 'instead of wss'],
    ['plain http elsewhere', { chain_endpoints: ['http://node.example.com/the-key'] }, 'https'],
    ['one endpoint twice', { chain_endpoints: [url, url] }, 'named twice'],
    ['no endpoint', { chain_endpoints: [] }, 'chain_endpoints'],
    ['a stake of no kind', { stake_source: 'none' }, 'stake_source'],
    ['a session over an hour', { session_seconds: 3_601 }, 'session_seconds'],
    ['two states', { state_file: 'a', state_table: 'abc' }, 'name one of state_file'],
    ['a pause of something else', { paused: ['delete'] }, 'paused'],
  ])('with %s is refused, and no key of a URL is repeated', async (_, changes, hint) => {
    const said = await explain(await configOf([url], changes));
    expect(said).toContain(hint);
    expect(said).not.toContain('the-key');
  });

  test('lets the chain’s own reason arrive in time, whatever the time limit of the registry', () => {
    const config = commandConfigSchema.parse({
      network: 'finney',
      chain_endpoints: [url],
      bucket: 'my-bucket',
      ...ROLES,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 120_000 }),
        fc.integer({ min: 0, max: 900 }),
        fc.integer({ min: 0, max: 900 }),
        (limit, chain_fresh_seconds, chain_stale_seconds) => {
          const settings = subtensorSettingsSchema.parse(
            chainSettings({
              ...config,
              registry_timeout_ms: limit,
              chain_fresh_seconds,
              chain_stale_seconds,
            }),
          );
          expect(settings.totalTimeoutMs).toBeLessThan(limit);
          expect(settings.requestTimeoutMs).toBeLessThanOrEqual(settings.totalTimeoutMs);
          expect(settings.staleForMs).toBeGreaterThanOrEqual(settings.freshForMs);
        },
      ),
    );
  });

  test('asks for stakes only where there is a least one', () => {
    const config = { network: 'finney', chain_endpoints: [url], bucket: 'my-bucket', ...ROLES };
    const stakeOf = (changes: object) =>
      chainSettings(commandConfigSchema.parse({ ...config, ...changes })).stake;
    expect(stakeOf({})).toBe('none');
    expect(stakeOf({ min_stake: 1 })).toBe('weighed');
    expect(stakeOf({ min_stake: 1, stake_source: 'alpha' })).toBe('alpha');
  });
});

/** A URL of a port that was free a moment ago. */
async function nobodyListens(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}
