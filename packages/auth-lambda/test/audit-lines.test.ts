import { REFUSAL_CODES, signerFromUri } from '@data-universe/core-auth';
import { ChainUnavailableError } from '@data-universe/subtensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { auditLine } from '../src/audit/audit-line.ts';
import { type AccessPorts, TokenBucketLimiter } from '../src/index.ts';
import {
  firstRead,
  firstUpload,
  makeOlderService,
  type Posted,
  post,
  posted,
  taoRequest,
} from './older-requests.ts';
import {
  CLIENT_ADDRESS,
  makeService,
  miner,
  NOW_SECONDS,
  readRequest,
  type Service,
  stranger,
  uploadRequest,
  validator,
} from './service-fixture.ts';

const lineSchema = z.strictObject({
  request_id: z.uuid(),
  time: z.iso.datetime(),
  decision: z.enum(['granted', 'refused']),
  code: z.enum(REFUSAL_CODES).optional(),
  source_address: z.string().max(64),
  form: z.enum(['v1', 'first-upload', 'first-read', 'tao-v2']).optional(),
  hotkey: z.string().optional(),
  claimed_hotkey: z.string().optional(),
  uid: z.int().optional(),
  action: z.enum(['upload', 'read']).optional(),
  prefixes: z.array(z.string()).optional(),
  operations: z.array(z.unknown()).optional(),
  policy_sha256: z.string().length(64).optional(),
  latency_ms: z.number(),
  fault: z.string().optional(),
});

const SECRET = 'a-secret-in-an-error';
const failing = (error: Error) => () => Promise.reject(error);

interface Kind {
  readonly code: (typeof REFUSAL_CODES)[number] | undefined;
  readonly request: () => Posted;
  readonly ports?: Partial<AccessPorts>;
  readonly prepare?: (service: Service, request: Posted) => unknown;
}

const upload = (changes = {}) => posted(uploadRequest(miner, changes));
const past = { issued_at: NOW_SECONDS - 400, expires_at: NOW_SECONDS - 300 };
/** One of every kind of decision, each with something in it that must not be written down. */
const KINDS: readonly Kind[] = [
  { code: undefined, request: upload },
  { code: undefined, request: () => posted(readRequest()) },
  { code: undefined, request: () => posted(firstUpload()) },
  { code: undefined, request: () => posted(firstRead()) },
  { code: undefined, request: () => taoRequest({ action: 'upload', source: 'x' }) },
  { code: 'BadRequest', request: () => posted({ ...uploadRequest(), netuid: 'no' }) },
  { code: 'BadRequest', request: () => upload({ audience: 'https://other.example.com/auth' }) },
  { code: 'TooLarge', request: () => posted({ ...uploadRequest(), more: 'x'.repeat(9_000) }) },
  { code: 'ClockSkew', request: () => upload(past) },
  { code: 'BadSignature', request: () => posted({ ...uploadRequest(), source: 'reddit' }) },
  { code: 'Replayed', request: upload, prepare: post },
  { code: 'NotRegistered', request: () => posted(uploadRequest(stranger)) },
  { code: 'NoValidatorPermit', request: () => posted(readRequest(miner)) },
  {
    code: 'ChainUnavailable',
    request: upload,
    ports: { registry: { lookup: failing(new ChainUnavailableError('no endpoint answers')) } },
  },
  {
    code: 'Denied',
    request: upload,
    prepare: ({ levers }) => levers.deny(miner.address),
  },
  {
    code: 'QuotaExceeded',
    request: upload,
    ports: { quota: { charge: async () => false } },
  },
  {
    code: 'TooManyRequests',
    request: upload,
    ports: { addressLimiter: new TokenBucketLimiter({ burst: 0.5 }) },
  },
  { code: 'Paused', request: upload, prepare: ({ levers }) => levers.pause('all') },
  {
    code: 'IssuerUnavailable',
    request: upload,
    ports: { issuer: { issue: failing(new Error(SECRET)) } },
  },
  {
    code: 'IssuerUnavailable',
    request: upload,
    ports: { nonces: { claim: failing(new Error(SECRET)) } },
  },
];

/** Every long text in a request or an answer that is a secret, a signature, a token or a one-time value. */
function secretsOf(request: Posted, answer: string): string[] {
  const { signature, nonce } = z
    .looseObject({ signature: z.string().optional(), nonce: z.string().optional() })
    .parse(JSON.parse(request.body));
  const { credentials = {} } = z
    .looseObject({ credentials: z.record(z.string(), z.string()).optional() })
    .parse(JSON.parse(answer));
  const tao = [request.headers['x-tao-signature'], request.headers['x-tao-nonce']];
  const { access_key_id: _, ...secret } = credentials;
  const texts = [signature, signature?.slice(2), nonce, ...tao, ...Object.values(secret), SECRET];
  return texts.filter((text) => text !== undefined);
}

describe('an audit line', () => {
  test.each(
    KINDS.map((kind, index) => ({ ...kind, name: `${kind.code ?? 'Granted'} (${index})` })),
  )(
    'of $name is whole, and holds no secret, signature, token or nonce',
    async ({ code, request, ports, prepare }) => {
      const service = makeOlderService(ports);
      const sent = request();
      await prepare?.(service, sent);
      const output = await post(service, sent);
      const record = service.audit.records.at(-1);
      if (record === undefined) throw new Error('no line');
      const line = auditLine(record);
      expect(lineSchema.parse(JSON.parse(line))).toMatchObject({
        decision: code === undefined ? 'granted' : 'refused',
        source_address: CLIENT_ADDRESS,
      });
      expect(record.code).toBe(code);
      for (const secret of secretsOf(sent, output.body)) expect(line).not.toContain(secret);
    },
  );

  test('there is for each code that a request can be refused with', () => {
    // Stakes are asked for by configuration: its line is that of any other refusal after the chain.
    const expected = REFUSAL_CODES.filter((code) => code !== 'InsufficientStake');
    const seen = KINDS.map(({ code }) => code).filter((code) => code !== undefined);
    expect([...new Set(seen)].toSorted()).toEqual(expected.toSorted());
  });

  test('names a hotkey as verified only once its signature is', async () => {
    const service = makeService();
    await post(service, posted({ ...uploadRequest(), source: 'youtube' }));
    await post(service, posted(uploadRequest(stranger)));
    const [forged, unknown] = service.audit.records.map((record) => JSON.parse(auditLine(record)));
    expect(forged).toMatchObject({ code: 'BadSignature', claimed_hotkey: miner.address });
    expect(forged).not.toHaveProperty('hotkey');
    expect(unknown).toMatchObject({ code: 'NotRegistered', hotkey: stranger.address });
    expect(unknown).not.toHaveProperty('claimed_hotkey');
  });

  test('tells the operator which of our parts failed, and the client nothing of it', async () => {
    const lookup = failing(new ChainUnavailableError('no endpoint answers'));
    const service = makeService({ registry: { lookup } });
    const { body } = await post(service, upload());
    expect(service.audit.records[0]?.fault).toMatch(/^registry: .*no endpoint answers/);
    expect(body).not.toContain('no endpoint answers');
  });

  test('is one line of printable ASCII whatever a client sent', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\u2028',
        '\u2029',
        '\u001b[2J',
        '\u009b31m',
        '\u007f',
        '"}\n{"',
        '\ud800',
      ),
    );
    const record = fc.record({ source_address: text, fault: text, prefixes: fc.array(text) });
    fc.assert(
      fc.property(record, (given) => {
        const line = auditLine({
          request_id: 'r',
          time: 't',
          decision: 'refused',
          latency_ms: 1,
          ...given,
        });
        expect(line).toMatch(/^\{[\x20-\x7e]*\}\n$/);
        expect(JSON.parse(line)).toMatchObject(given);
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes no client-chosen text but what was parsed: the rest of a request stays out', async () => {
    const service = makeService();
    const marker = 'MARKER-OF-THE-CLIENT';
    for (const request of [
      { ...uploadRequest(), [marker]: marker },
      { ...uploadRequest(), hotkey: marker },
      { ...uploadRequest(), audience: `https://${marker}` },
      { action: marker, source: marker },
    ])
      await post(service, { body: JSON.stringify(request), headers: { 'x-marker': marker } });
    expect(service.audit.records).toHaveLength(4);
    expect(service.audit.records.map(auditLine).join('')).not.toContain(marker);
  });
});

test('validators and miners of each form are told apart by it', async () => {
  const service = makeOlderService();
  await post(service, posted(firstRead(validator)));
  await post(service, posted(firstUpload(signerFromUri('//Miner'))));
  expect(service.audit.records.map(({ form }) => form)).toEqual(['first-read', 'first-upload']);
});
