import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type AccessRequest,
  accessRequestSchema,
  type PresignedGrant,
  type StoreOperation,
  verifyAccessRequestSignature,
} from '../src/index.ts';
import {
  alice,
  aliceAt,
  bob,
  LIFE,
  readBob,
  START,
  unavailable,
  uploadX,
} from './client-fixture.ts';
import {
  type CredentialService,
  grantFor,
  sendJson,
  startCredentialService,
} from './credential-service.ts';

const own = `data/x/${alice.address}/`;
const operations: readonly StoreOperation[] = [
  { op: 'get', key: `${own}_manifest/0000000001.json` },
  { op: 'list', prefix: own, max_keys: 3 },
];
const SIGNATURE = 'X-Amz-Signature=0123456789abcdef';

let service: CredentialService;

function signed(request: AccessRequest, overrides: Partial<PresignedGrant> = {}): PresignedGrant {
  const { credentials: _, ...grant } = grantFor(request, START + LIFE);
  return {
    ...grant,
    endpoint: 'https://store.example',
    create_only: true,
    checksums: true,
    requests: (request.operations ?? []).map(() => ({
      method: 'GET',
      url: `https://store.example/bucket/key?${SIGNATURE}`,
      headers: { 'x-amz-meta-sha256': '00' },
    })),
    ...overrides,
  };
}

const otherMode = (mode: string) => ({
  request_id: 'request-1',
  error: { code: 'BadRequest', message: 'Ask otherwise.', retryable: false, mode },
});

beforeEach(async () => {
  service = await startCredentialService((request, response) =>
    request.operations === undefined
      ? sendJson(response, 400, otherMode('presigned'))
      : sendJson(response, 200, signed(request)),
  );
});
afterEach(() => service.close());

const client = () => aliceAt(service.url, () => START);

it('signs the operations it asks for', async () => {
  const { requests } = await client().presign(uploadX, operations);
  expect(requests).toHaveLength(2);
  const [request] = service.requests;
  expect(request?.operations).toEqual(operations);
  expect(verifyAccessRequestSignature(accessRequestSchema.parse(request))).toBe(true);
  const bent = { ...request, operations: operations.slice(1) };
  expect(verifyAccessRequestSignature(accessRequestSchema.parse(bent))).toBe(false);
});

it('finds out that a service presigns, and remembers it', async () => {
  const one = client();
  expect(await one.open(uploadX)).toMatchObject({ requests: [], create_only: true });
  expect(service.requests.map((request) => request.operations)).toEqual([undefined, []]);
  service.answer = (request, response) => sendJson(response, 200, signed(request));
  await one.open(readBob);
  expect(service.requests).toHaveLength(3);
});

it('finds out that a service gives credentials now', async () => {
  const one = client();
  await one.open(uploadX);
  service.answer = (request, response) =>
    request.operations === undefined
      ? sendJson(response, 200, grantFor(request, START + LIFE))
      : sendJson(response, 400, otherMode('credentials'));
  expect(await one.open(uploadX)).toMatchObject({ bucket: 'bucket', credentials: {} });
});

it('does not go back and forth with a service that wants neither', async () => {
  service.answer = (request, response) =>
    sendJson(response, 400, otherMode(request.operations ? 'credentials' : 'presigned'));
  await expect(client().open(uploadX)).rejects.toMatchObject({ code: 'BadRequest' });
  expect(service.requests).toHaveLength(2);
});

it('does not take another refusal for news of the mode', async () => {
  service.answer = (_, response) =>
    sendJson(response, 403, {
      request_id: 'request-1',
      error: { code: 'Denied', message: 'No.', retryable: false, mode: 'presigned' },
    });
  await expect(client().open(uploadX)).rejects.toMatchObject({ code: 'Denied' });
  expect(service.requests).toHaveLength(1);
});

it('repeats what may pass, with a fresh nonce', async () => {
  service.answer = (request, response, n) =>
    n === 1 ? sendJson(response, 503, unavailable) : sendJson(response, 200, signed(request));
  await client().presign(uploadX, operations);
  expect(new Set(service.requests.map(({ nonce }) => nonce)).size).toBe(2);
});

it.each<[string, Partial<PresignedGrant>]>([
  ['fewer signatures than were asked for', { requests: [] }],
  ['another prefix', { prefixes: [`data/x/${bob}/`] }],
  ['signatures that have expired', { expiration: new Date(START).toISOString() }],
  ['a store without TLS', { endpoint: 'http://store.example' }],
])('refuses %s', async (_, overrides) => {
  service.answer = (request, response) => sendJson(response, 200, signed(request, overrides));
  await expect(client().presign(uploadX, operations)).rejects.toMatchObject({
    name: 'AccessError',
    retryable: false,
  });
});

it('shows no signature to whoever prints a grant', async () => {
  const grant = await client().presign(uploadX, operations);
  expect(grant.requests[0]?.url).toContain(SIGNATURE);
  for (const text of [inspect(grant, { depth: 9 }), JSON.stringify(grant)])
    expect(text).not.toContain(SIGNATURE);
});

it('stops where it is no longer wanted', async () => {
  const signal = AbortSignal.abort();
  await expect(client().presign(uploadX, operations, { signal })).rejects.toMatchObject({
    code: 'Aborted',
  });
  expect(service.requests).toHaveLength(0);
});
