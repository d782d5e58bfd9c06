import {
  type AccessScope,
  createAccessRequest,
  presignedGrantSchema,
  type StoreOperation,
} from '@data-universe/core-auth';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ENV, ROLES, run, writeConfig, writeRegistry } from './command-fixture.ts';
import { miner } from './service-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';

const STORE = {
  DATA_UNIVERSE_STORE_ACCESS_KEY_ID: 'STOREKEY',
  DATA_UNIVERSE_STORE_SECRET_ACCESS_KEY: 'store-secret',
};
const scope: AccessScope = { action: 'upload', source: 'x' };
const operations: readonly StoreOperation[] = [
  { op: 'get', key: `data/x/${miner.address}/_manifest/0000000001.json` },
];
const readySchema = z.object({ url: z.string(), mode: z.string() });

async function start(config: object, env: Record<string, string>) {
  const registry = await writeRegistry(await temporaryFolder());
  const file = { registry, bucket: 'my-bucket', endpoint: 'https://store.example', ...config };
  return run(['--config', await writeConfig(file)], env);
}

async function presigned(config: object, env: Record<string, string>) {
  const service = await start({ mode: 'presigned', ...config }, env);
  expect(service.exitCode, service.stderr()).toBeUndefined();
  const { url, mode } = readySchema.parse(JSON.parse(service.stdout()));
  expect(mode).toBe('presigned');
  const addressee = { network: 'finney', netuid: 13, audience: url };
  const request = createAccessRequest(scope, { signer: miner, ...addressee, operations });
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(request) });
  const grant = presignedGrantSchema.parse(await response.json());
  const signed = new URL(grant.requests[0]?.url ?? '').searchParams;
  return { grant, signed, service };
}

it.each([
  ['the key of the store', STORE, 'STOREKEY'],
  ['the key of the store, where both are there', { ...ENV, ...STORE }, 'STOREKEY'],
  ['its own key, where there is no other', ENV, 'AKIASERVICE'],
])('presigns with %s', async (_, env, key) => {
  const { signed, service } = await presigned({}, env);
  expect(signed.get('X-Amz-Credential')).toMatch(new RegExp(`^${key}/`));
  expect(signed.get('X-Amz-Expires')).toBe('300');
  expect(service.stdout() + service.stderr()).not.toMatch(/secret/);
});

it('takes from its file how it is to sign', async () => {
  const { grant, signed } = await presigned(
    { presign_seconds: 60, presign_create_only: false, presign_checksums: false, region: 'auto' },
    STORE,
  );
  expect(grant).toMatchObject({ create_only: false, checksums: false, region: 'auto' });
  expect(signed.get('X-Amz-Expires')).toBe('60');
});

it.each([
  ['without a key', {}, {}, 'AWS_ACCESS_KEY_ID'],
  ['with half a key', {}, { DATA_UNIVERSE_STORE_ACCESS_KEY_ID: 'x' }, 'or neither'],
  ['with an endpoint off TLS', { endpoint: 'http://store.example' }, STORE, 'https is needed'],
  ['with a life of a day', { presign_seconds: 86_400 }, STORE, 'presign_seconds'],
])('does not start %s', async (_, config, env, told) => {
  const { exitCode, stderr } = await start({ mode: 'presigned', ...config }, { ...env });
  expect(exitCode).toBe(2);
  expect(stderr()).toContain(told);
});

it('needs no role to presign, and says so to who has none', async () => {
  const { exitCode, stderr } = await start({}, ENV);
  expect(exitCode).toBe(2);
  expect(stderr()).toContain('mode: presigned');
  expect((await start(ROLES, ENV)).exitCode).toBeUndefined();
});

it.each([
  ['as lines', []],
  ['as JSON', ['--json']],
])(
  'check-store tells what a store did, %s, and exits with 1 where that is wrong',
  async (_, flags) => {
    const registry = await writeRegistry(await temporaryFolder());
    const config = {
      registry,
      bucket: 'my-bucket',
      endpoint: 'http://127.0.0.1:1',
      mode: 'presigned',
    };
    const path = await writeConfig(config);
    const { exitCode, stdout, stderr } = await run(
      ['check-store', '--config', path, ...flags],
      STORE,
    );
    expect(exitCode).toBe(1);
    expect(stdout()).toContain('a put as it was signed');
    expect(stdout()).toContain('there was no answer');
    expect(stderr()).toContain('do not use this store so');
  },
);

it('check-store needs a configuration', async () => {
  expect((await run(['check-store'], STORE)).exitCode).toBe(2);
});
