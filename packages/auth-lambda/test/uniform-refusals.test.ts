import { describe, expect, test } from 'vitest';
import type { AccessConfigInput, AccessPorts } from '../src/index.ts';
import { MemoryQuotaStore } from '../src/index.ts';
import {
  ALL_OLDER_FORMS,
  firstRead,
  firstUpload,
  type Posted,
  post,
  posted,
  taoRequest,
} from './older-requests.ts';
import {
  makeService,
  miner,
  NOW_SECONDS,
  readRequest,
  type Service,
  uploadRequest,
  validator,
} from './service-fixture.ts';

type Arrangement = (service: Service) => void;

/** Everything that a service may know of a hotkey and keep to itself. */
const services: Record<
  string,
  { ports?: Partial<AccessPorts>; config?: Partial<AccessConfigInput>; arrange?: Arrangement }
> = {
  'that knows the hotkey': {},
  'that knows nobody': { ports: { registry: { lookup: async () => ({ registered: false }) } } },
  'that can not ask the chain': {
    ports: { registry: { lookup: () => Promise.reject(new Error()) } },
  },
  'that bars the hotkey': {
    arrange: ({ levers }) => {
      levers.deny(miner.address);
      levers.deny(validator.address);
    },
  },
  'that is paused': { arrange: ({ levers }) => levers.pause('all') },
  'that asks for a stake': { config: { min_stake: 1 } },
  'whose nonces are all spent': { ports: { nonces: { claim: async () => false } } },
  'whose nonces are lost': { ports: { nonces: { claim: () => Promise.reject(new Error()) } } },
  'whose quotas are used up': { ports: { quota: { charge: async () => false } } },
  'whose quotas are lost': { ports: { quota: { charge: () => Promise.reject(new Error()) } } },
  'whose STS is away': { ports: { issuer: { issue: () => Promise.reject(new Error()) } } },
  'with a quota': { ports: { quota: new MemoryQuotaStore() } },
};

const later = { timestamp: NOW_SECONDS + 100, expiry: NOW_SECONDS + 200 };
const flip = (hex: string) => hex.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));

/** Requests that nobody has proved to have signed. */
const unproved: Record<string, Posted> = {
  'no JSON': { body: 'hello', headers: {} },
  'too much': { body: ' '.repeat(8193), headers: {} },
  'a wrong field': posted({ ...uploadRequest(), source: '*' }),
  'a request for another network': posted(uploadRequest(miner, { network: 'test' })),
  'one that has expired': posted(
    uploadRequest(miner, { issued_at: NOW_SECONDS - 100, expires_at: NOW_SECONDS - 40 }),
  ),
  'an upload by a wrong signature': posted({ ...uploadRequest(), source: 'reddit' }),
  'a read by a wrong signature': posted({ ...readRequest(), source: 'reddit' }),
  'a first upload of the future': posted(firstUpload(miner, later)),
  'a first upload by a wrong signature': posted({
    ...firstUpload(),
    file_hash: flip(firstUpload().file_hash),
  }),
  'a first read by a wrong signature': posted({ ...firstRead(), miner_hotkey: validator.address }),
  'Tao v2 with a wrong signature': {
    ...taoRequest({ action: 'upload', source: 'x' }),
    body: JSON.stringify({ action: 'upload', source: 'reddit' }),
  },
};

describe('before its signature is verified', () => {
  test.each(Object.entries(unproved))('%s gets the same answer everywhere', async (_, request) => {
    const answers: string[] = [];
    for (const { ports, config, arrange } of Object.values(services)) {
      const service = makeService(ports, { ...config, older_forms: [...ALL_OLDER_FORMS] });
      arrange?.(service);
      const { status, headers, body } = await post(service, request);
      expect(['limiter', 'verify']).toEqual(expect.arrayContaining(service.calls));
      const { 'x-request-id': requestId = '', ...others } = headers;
      answers.push(JSON.stringify([status, others, body]).replaceAll(requestId, 'ID'));
      expect(status).toBeGreaterThanOrEqual(400);
    }
    expect(new Set(answers).size).toBe(1);
  });

  test.each(Object.entries(unproved))('%s hears of nobody else', async (_, request) => {
    const { body } = await post(makeService({}, { older_forms: [...ALL_OLDER_FORMS] }), request);
    const named = Array.from(body.matchAll(/5[1-9A-HJ-NP-Za-km-z]{47}/g), ([address]) => address);
    for (const address of named) expect(request.body).toContain(address);
  });
});
