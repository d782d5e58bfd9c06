import {
  type AccessScope,
  accessRequestSchema,
  CredentialsClient,
  type PresignedGrant,
  signerFromUri,
} from '@data-universe/core-auth';
import { parseObjectKey } from '@data-universe/storage-core';
import { expect, test } from 'vitest';
import { type ExpectedStore, openGrantedStore } from '../src/index.ts';
import { FakePresigner } from './support/fake-presigner.ts';

const signer = signerFromUri('//Miner');
const scope: AccessScope = { action: 'upload', source: 'x' };
const key = parseObjectKey(`data/x/${signer.address}/file`);
const ENDPOINT = 'https://127.0.0.1:1';

/** A service that presigns, as `next` says, and keeps what it was asked. */
function startService(next: (n: number) => Partial<PresignedGrant> = () => ({})) {
  const asked: unknown[] = [];
  const presigner = new FakePresigner(ENDPOINT);
  const client = new CredentialsClient({
    authEndpoint: 'https://auth.example/auth',
    signer,
    network: 'test',
    netuid: 13,
    fetch: async (_, init) => {
      const { operations } = accessRequestSchema.parse(JSON.parse(String(init?.body)));
      asked.push(operations);
      const error = { code: 'BadRequest', message: 'no', retryable: false, mode: 'presigned' };
      if (operations === undefined)
        return Response.json({ request_id: 'request', error }, { status: 400 });
      return Response.json({
        request_id: 'request',
        expiration: new Date(Date.now() + 60_000).toISOString(),
        bucket: 'bucket',
        region: 'us-east-1',
        endpoint: ENDPOINT,
        prefixes: [`data/x/${signer.address}/`],
        create_only: true,
        checksums: true,
        requests: await Promise.all(operations.map((one) => presigner.request(one))),
        ...next(asked.length),
      });
    },
  });
  return { client, asked };
}

test('a service that presigns is found out by asking it, and never asked for credentials again', async () => {
  const { client, asked } = startService();
  for (const _ of [1, 2]) (await openGrantedStore(client, scope)).close();
  expect(asked).toEqual([undefined, [], []]);
});

test('what the service signs stands above the settings', async () => {
  const { client } = startService(() => ({ create_only: false }));
  const store = await openGrantedStore(client, scope, { settings: { conditionalWrites: true } });
  expect(store.capabilities).toMatchObject({ createOnly: false, replace: true });
  expect(store.name).toBe(`bucket bucket at ${ENDPOINT}`);
  store.close();
});

test.each<[string, ExpectedStore]>([
  ['bucket', { bucket: 'another-bucket' }],
  ['region', { region: 'eu-west-1' }],
])('a grant for another %s than expected is refused', async (_, expected) => {
  const { client } = startService();
  await expect(openGrantedStore(client, scope, { expected })).rejects.toMatchObject({
    code: 'PermissionDenied',
  });
});

test.each<[string, Partial<PresignedGrant>]>([
  ['bucket', { bucket: 'moved' }],
  ['region', { region: 'eu-west-1' }],
  ['endpoint', { endpoint: 'https://elsewhere.example' }],
])('signatures for another %s than the store was opened with are not used', async (what, moved) => {
  const { client } = startService((n) => (n > 2 ? moved : {}));
  const store = await openGrantedStore(client, scope);
  await expect(store.head(key)).rejects.toMatchObject({
    code: 'PermissionDenied',
    message: expect.stringContaining(`now grants the ${what}`),
  });
  store.close();
});
