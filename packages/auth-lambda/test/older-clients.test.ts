import { randomBytes } from 'node:crypto';
import {
  accessGrantSchema,
  type HotkeyAddress,
  SOURCE_NAMES,
  signerFromSeed,
} from '@data-universe/core-auth';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { MemoryNonceStore, startAuthServer, systemClock } from '../src/index.ts';
import { ALL_OLDER_FORMS } from './older-requests.ts';
import { runOlderClient } from './python/run-python.ts';
import { makeService } from './service-fixture.ts';

const required = process.env.DATA_UNIVERSE_REQUIRE_ALL === '1';

function makeHotkey() {
  const seed = randomBytes(32);
  return { seed: seed.toString('hex'), address: signerFromSeed(seed).address };
}

const miner = makeHotkey();
const validator = makeHotkey();

/** The plain server, by today's clock, for these two. */
async function serve() {
  const status = (hotkey: HotkeyAddress) => {
    if (hotkey === miner.address)
      return { registered: true as const, uid: 3, validatorPermit: false };
    if (hotkey !== validator.address) return { registered: false as const };
    return { registered: true as const, uid: 0, validatorPermit: true };
  };
  const service = makeService(
    {
      clock: systemClock,
      nonces: new MemoryNonceStore(),
      registry: { lookup: async (_, hotkey) => status(hotkey) },
    },
    { older_forms: [...ALL_OLDER_FORMS], registry_timeout_ms: 5_000, issuer_timeout_ms: 5_000 },
  );
  const server = await startAuthServer({ handler: service.handler });
  onTestFinished(() => server.close());
  return { url: server.url, service };
}

const seen = {
  AccessKeyId: expect.any(String),
  SecretAccessKey: expect.any(String),
  SessionToken: expect.any(String),
};

/** Skips the test where there is no Python. */
async function run(context: TestContext, task: object) {
  const answer = await runOlderClient(task);
  if (answer === undefined && !required) context.skip('no python3');
  return answer;
}

describe('a Python client that changed its URL and nothing else', () => {
  test('gets what a miner uploads with', async (context) => {
    const { url, service } = await serve();
    const file = 'x_data_chunk_0_1750000000.parquet';
    const task = { do: 'upload', url, seed: miner.seed, source: 2, file, content: 'rows' };
    expect(await run(context, task)).toEqual({
      hotkey: miner.address,
      s3_path: `data/2/${miner.address}/${file}`,
      credentials: seen,
    });
    expect(service.audit.records).toMatchObject([
      { form: 'first-upload', hotkey: miner.address, prefixes: [`data/2/${miner.address}/`] },
    ]);
  });

  test('gets what a validator reads with', async (context) => {
    const { url } = await serve();
    const task = { do: 'read', url, seed: validator.seed, miner_hotkey: miner.address, source: 2 };
    expect(await run(context, task)).toEqual({ hotkey: validator.address, credentials: seen });
  });

  test('hears in the text of a refusal what to do', async (context) => {
    const { url } = await serve();
    const task = { do: 'read', url, seed: miner.seed, miner_hotkey: miner.address, source: 2 };
    const answer = await run(context, task);
    expect(answer?.error).toMatch(/^Failed to get credentials: \{.*validator permit/);
  });

  test('gets the current grant by Tao v2', async (context) => {
    const { url } = await serve();
    const upload = { do: 'tao', url, seed: miner.seed, wanted: { action: 'upload', source: 'x' } };
    const granted = accessGrantSchema.parse(await run(context, upload));
    expect(granted.prefixes).toEqual([`data/x/${miner.address}/`]);
    const wanted = { action: 'read', miner_hotkey: miner.address };
    const read = await run(context, { do: 'tao', url, seed: validator.seed, wanted });
    expect(accessGrantSchema.parse(read).prefixes).toEqual(
      SOURCE_NAMES.map((source) => `data/${source}/${miner.address}/`),
    );
  });
});
