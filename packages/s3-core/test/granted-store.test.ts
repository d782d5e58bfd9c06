import {
  type AccessGrant,
  type AccessScope,
  accessRequestSchema,
  CredentialsClient,
  signerFromUri,
} from '@data-universe/core-auth';
import { parseObjectKey } from '@data-universe/storage-core';
import { afterEach, describe, expect, test } from 'vitest';
import { type ExpectedStore, openGrantedStore } from '../src/index.ts';
import { type ScriptedStore, startScriptedStore } from './support/scripted-store.ts';

const signer = signerFromUri('//Miner');
const scope: AccessScope = { action: 'upload', source: 'x' };
const key = parseObjectKey(`data/x/${signer.address}/file`);
const SECRET = 'the-secret-access-key';

const stores: ScriptedStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

async function startStore(): Promise<ScriptedStore> {
  const headers = {
    'content-length': '3',
    etag: '"1"',
    'last-modified': new Date(0).toUTCString(),
  };
  const store = await startScriptedStore(() => ({ status: 200, headers }));
  stores.push(store);
  return store;
}

/** A service that grants what `next` says, every grant for a minute, and the clock it goes by. */
function startService(next: (n: number) => Partial<AccessGrant>) {
  const time = { now: Date.now() };
  let granted = 0;
  const client = new CredentialsClient({
    authEndpoint: 'https://auth.example/auth',
    signer,
    network: 'test',
    netuid: 13,
    clock: () => time.now,
    fetch: async (_, init) => {
      const { nonce } = accessRequestSchema.parse(JSON.parse(String(init?.body)));
      granted += 1;
      return Response.json({
        request_id: 'request',
        credentials: { access_key_id: nonce, secret_access_key: SECRET, session_token: 'token' },
        expiration: new Date(time.now + 60_000).toISOString(),
        bucket: 'bucket',
        region: 'us-east-1',
        endpoint: null,
        prefixes: [`data/x/${signer.address}/`],
        ...next(granted),
      });
    },
  });
  return { client, time };
}

/** Opens a store, uses it, lets its credentials expire and uses it again. */
async function useTwice(next: (n: number) => Partial<AccessGrant>, expected: ExpectedStore = {}) {
  const { client, time } = startService(next);
  const store = await openGrantedStore(client, scope, { expected });
  try {
    await store.head(key);
    time.now += 61_000;
    return await store.head(key);
  } finally {
    store.close();
  }
}

describe('a granted store', () => {
  test('goes on with the credentials that follow its first', async () => {
    const { endpoint, requests } = await startStore();
    await useTwice(() => ({ endpoint }));
    const [first, second] = requests.map(({ headers }) => headers.authorization);
    expect(requests).toHaveLength(2);
    expect(first?.split('/')[0]).not.toBe(second?.split('/')[0]);
  });

  test.each<[string, Partial<AccessGrant>]>([
    ['bucket', { bucket: 'other-bucket' }],
    ['region', { region: 'eu-west-1' }],
    ['endpoint', { endpoint: 'https://other.example' }],
  ])('shows no credentials for another %s to the store it was opened with', async (_, moved) => {
    const { endpoint, requests } = await startStore();
    const using = useTwice((n) => ({ endpoint, ...(n > 1 ? moved : {}) }));
    await expect(using).rejects.toMatchObject({ name: 'StorageError', code: 'PermissionDenied' });
    expect(requests).toHaveLength(1);
  });

  test('stays at the endpoint of the configuration whatever the service says of its own', async () => {
    const { endpoint, requests } = await startStore();
    await useTwice((n) => ({ endpoint: `https://store-${n}.example` }), { endpoint });
    expect(requests).toHaveLength(2);
  });

  test.each<[string, ExpectedStore]>([
    ['bucket', { bucket: 'expected-bucket' }],
    ['region', { region: 'eu-west-1' }],
  ])('of another %s than the configuration expects is not opened', async (what, expected) => {
    const { client } = startService(() => ({}));
    const opening = openGrantedStore(client, scope, { expected });
    await expect(opening).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringContaining(what),
    });
  });
});
