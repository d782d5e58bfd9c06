import {
  accessGrantSchema,
  MAX_OPERATIONS,
  MAX_PUT_BYTES,
  presignedGrantSchema,
  type StoreOperation,
} from '@data-universe/core-auth';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ManualClock, S3Presigner, type S3PresignerOptions } from '../src/index.ts';
import {
  ask,
  bodyOf,
  CONFIG,
  makeService,
  miner,
  NOW_SECONDS,
  readRequest,
  refusalOf,
  stranger,
  uploadRequest,
  validator,
} from './service-fixture.ts';

const own = `data/x/${miner.address}/`;
const FILE = 'data_20260102_030405_1000_0123456789abcdef.parquet';
const MANIFEST = '_manifest/0000000001.json';
const SHA256 = 'ab'.repeat(32);
const BLOCKS = `_manifest/blocks_${SHA256}.bin`;
const putOf = (hotkey: string) =>
  ({ op: 'put', key: `data/x/${hotkey}/${FILE}`, size: 1234, sha256: SHA256 }) as const;
const put = putOf(miner.address);
const get = (key: string): StoreOperation => ({ op: 'get', key });

function presigningService(options: Partial<S3PresignerOptions> = {}) {
  const clock = new ManualClock(NOW_SECONDS * 1000);
  const issuer = new S3Presigner({
    bucket: CONFIG.bucket,
    region: CONFIG.region,
    endpoint: 'https://store.example',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the-secret-of-the-service' },
    now: () => clock.now(),
    ...options,
  });
  return makeService({ issuer, clock }, { issuer_timeout_ms: 5_000 });
}

async function signed(request: object, service = presigningService()) {
  const output = await ask(service, request);
  expect(output.status, output.body).toBe(200);
  const grant = presignedGrantSchema.parse(JSON.parse(output.body));
  return { output, grant, service };
}

const refused = async (request: object, service = presigningService()) =>
  refusalOf(await ask(service, request));

describe('a service that presigns', () => {
  it('signs each operation as it was asked for, in the order of the question', async () => {
    const operations: StoreOperation[] = [
      put,
      get(`${own}${MANIFEST}`),
      { op: 'head', key: `${own}${BLOCKS}` },
      { op: 'list', prefix: own, start_after: `${own}a ö+`, max_keys: 7 },
    ];
    const { grant, output } = await signed(uploadRequest(miner, { operations }));
    expect(grant).toMatchObject({
      bucket: CONFIG.bucket,
      region: CONFIG.region,
      endpoint: 'https://store.example',
      prefixes: [own],
      create_only: true,
      checksums: true,
      expiration: new Date((NOW_SECONDS + 300) * 1000).toISOString(),
    });
    const urls = grant.requests.map(({ url }) => new URL(url));
    expect(grant.requests.map(({ method }) => method)).toEqual(['PUT', 'GET', 'HEAD', 'GET']);
    expect(urls.map(({ origin, pathname }) => origin + pathname)).toEqual([
      `https://store.example/${CONFIG.bucket}/${own}${FILE}`,
      `https://store.example/${CONFIG.bucket}/${own}${MANIFEST}`,
      `https://store.example/${CONFIG.bucket}/${own}${BLOCKS}`,
      `https://store.example/${CONFIG.bucket}`,
    ]);
    expect(urls.map(({ searchParams }) => searchParams.get('X-Amz-SignedHeaders'))).toEqual([
      'content-length;host;if-none-match;x-amz-checksum-sha256;x-amz-content-sha256;x-amz-meta-sha256',
      'host',
      'host;x-amz-checksum-mode',
      'host',
    ]);
    expect(grant.requests[0]?.headers).toEqual({
      'content-length': '1234',
      'x-amz-content-sha256': SHA256,
      'x-amz-meta-sha256': SHA256,
      'x-amz-checksum-sha256': Buffer.from(SHA256, 'hex').toString('base64'),
      'if-none-match': '*',
    });
    const query = [...(urls[3]?.searchParams ?? [])].filter(([name]) => !name.startsWith('X-Amz-'));
    expect(Object.fromEntries(query)).toEqual({
      'list-type': '2',
      'encoding-type': 'url',
      prefix: own,
      'start-after': `${own}a ö+`,
      'max-keys': '7',
    });
    expect(output.body).not.toContain('the-secret-of-the-service');
    expect(accessGrantSchema.safeParse(JSON.parse(output.body)).success).toBe(false);
  });

  it('leaves out what a store refuses, adds what it needs, and says so', async () => {
    const service = presigningService({ createOnly: false, checksums: false, privateAcl: true });
    const operations = [put, { op: 'head', key: put.key } as const];
    const { grant } = await signed(uploadRequest(miner, { operations }), service);
    expect(grant).toMatchObject({ create_only: false, checksums: false });
    expect(Object.keys(grant.requests[0]?.headers ?? {}).toSorted()).toEqual([
      'content-length',
      'x-amz-acl',
      'x-amz-content-sha256',
      'x-amz-meta-sha256',
    ]);
    expect(grant.requests[1]?.headers).toEqual({});
  });

  it('signs for Amazon S3 where no endpoint is named', async () => {
    const service = presigningService({ endpoint: undefined });
    const { grant } = await signed(uploadRequest(miner, { operations: [put] }), service);
    expect(grant.endpoint).toBe('https://s3.us-east-1.amazonaws.com');
  });

  it('says where the store is to who asks for nothing', async () => {
    const { grant } = await signed(uploadRequest(miner, { operations: [] }));
    expect(grant.requests).toEqual([]);
  });

  it('opens a miner to a validator, for reading', async () => {
    const operations = [get(`data/reddit/${miner.address}/${FILE}`), get(`${own}${MANIFEST}`)];
    const { grant } = await signed(readRequest(validator, { operations }));
    expect(grant.requests).toHaveLength(2);
  });

  it('makes the same checks in the same order as one that gives credentials', async () => {
    const order = async (service = presigningService(), extra = {}) => {
      await ask(service, uploadRequest(miner, extra));
      return service.calls;
    };
    const credentials = await order(makeService());
    expect(await order(presigningService(), { operations: [put] })).toEqual(credentials);
  });

  it.each([
    ['NotRegistered', uploadRequest(stranger, { operations: [] })],
    ['NoValidatorPermit', readRequest(miner, { operations: [get(put.key)] })],
    ['BadSignature', { ...uploadRequest(miner, { operations: [put] }), operations: [] }],
    [
      'BadSignature',
      { ...uploadRequest(miner, { operations: [put] }), operations: [{ ...put, size: 1235 }] },
    ],
  ])('refuses with %s', async (code, request) => {
    expect((await refused(request)).code).toBe(code);
  });

  it('refuses a request used twice', async () => {
    const service = presigningService();
    const request = uploadRequest(miner, { operations: [put] });
    await signed(request, service);
    expect((await refused(request, service)).code).toBe('Replayed');
  });

  it('writes down what it signed, and neither signature nor secret', async () => {
    const { service, grant } = await signed(uploadRequest(miner, { operations: [put] }));
    const [record] = service.audit.records;
    expect(record).toMatchObject({ decision: 'granted', operations: [put], prefixes: [own] });
    const signature = new URL(grant.requests[0]?.url ?? '').searchParams.get('X-Amz-Signature');
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(service.audit.records)).not.toContain(signature);
  });

  it.each([
    ['an unknown hotkey', uploadRequest(stranger, { operations: [putOf(stranger.address)] })],
    ['a hotkey without a permit', readRequest(miner, { operations: [get(put.key)] })],
  ])(
    'writes down no operation that it refuses %s: there can be 8 KB of them',
    async (_, request) => {
      const service = presigningService();
      await refused(request, service);
      expect(service.audit.records).toMatchObject([{ decision: 'refused' }]);
      expect(JSON.stringify(service.audit.records)).not.toContain('operations');
    },
  );

  it('is IssuerUnavailable without a key to sign with', async () => {
    const credentials = () => Promise.reject(new Error('the-secret'));
    const service = presigningService({ credentials });
    const output = await ask(service, uploadRequest(miner, { operations: [put] }));
    expect(refusalOf(output).code).toBe('IssuerUnavailable');
    expect(output.body + JSON.stringify(service.audit.records)).not.toContain('the-secret');
  });

  it.each([{ seconds: 0 }, { seconds: 3601 }, { endpoint: 'http://store.example' }])(
    'can not be made with %j',
    (options) => {
      expect(() => presigningService(options)).toThrow();
    },
  );
});

describe('a service of the other mode', () => {
  it('says that it presigns, before it verifies anything', async () => {
    const service = presigningService();
    const refusal = await refused(uploadRequest(), service);
    expect(refusal).toMatchObject({ code: 'BadRequest', mode: 'presigned', retryable: false });
    expect(service.calls).toEqual(['limiter']);
  });

  it('says that it gives credentials', async () => {
    const request = uploadRequest(miner, { operations: [put] });
    expect(await refused(request, makeService())).toMatchObject({
      code: 'BadRequest',
      mode: 'credentials',
    });
  });

  it('says nothing of it with any other refusal', async () => {
    expect(await refused(uploadRequest(stranger, { operations: [] }))).not.toHaveProperty('mode');
  });
});

describe('an operation outside of what is opened', () => {
  const other = validator.address;
  const key = (text: string) => get(text);
  const cases: Record<string, object> = {
    "another miner's key": key(`data/x/${other}/${FILE}`),
    'a sibling source': key(`data/reddit/${miner.address}/${FILE}`),
    'an address that continues its own': key(`data/x/${miner.address}z/${FILE}`),
    'an address that its own continues': key(`data/x/${miner.address.slice(0, -1)}/${FILE}`),
    'a traversal': key(`${own}../${other}/${FILE}`),
    'a traversal at the end': key(`${own}${FILE}/../../${other}/${FILE}`),
    'a dot': key(`${own}./${FILE}`),
    'a doubled slash': key(`${own}/${FILE}`),
    'a leading slash': key(`/${own}${FILE}`),
    'an escaped slash': key(`${own}%2e%2e%2f${FILE}`),
    'a wildcard': key(`${own}*`),
    'a wildcard for the miner': key(`data/x/*/${FILE}`),
    'a policy variable': key(`${own}\${aws:username}`),
    'a query': key(`${own}${FILE}?acl`),
    'a fragment': key(`${own}${FILE}#`),
    'a line feed behind the name': key(`${own}${FILE}\n`),
    'the prefix itself': key(own),
    'the prefix without its slash': key(own.slice(0, -1)),
    'a name that is no data file': key(`${own}notes.txt`),
    'a name in another case': key(`${own}${FILE.toUpperCase()}`),
    'a data file in a folder': key(`${own}x/${FILE}`),
    'a data file among the manifests': key(`${own}_manifest/${FILE}`),
    'a manifest outside of its folder': key(`${own}0000000001.json`),
    'a manifest of another length': key(`${own}_manifest/1.json`),
    'a block list of half a hash': key(`${own}_manifest/blocks_abcd.bin`),
    "another miner's manifest": key(`data/x/${other}/${MANIFEST}`),
    'an empty key': key(''),
    "another miner's prefix": { op: 'list', prefix: `data/x/${other}/` },
    'every prefix': { op: 'list', prefix: '' },
    'the prefix above': { op: 'list', prefix: 'data/x/' },
    'a prefix without its slash': { op: 'list', prefix: own.slice(0, -1) },
    'a start outside of the prefix': { op: 'list', prefix: own, start_after: 'data/' },
    'a start with a control character': { op: 'list', prefix: own, start_after: `${own}\n` },
    'a start that is not well-formed': { op: 'list', prefix: own, start_after: `${own}\ud800` },
    'a delimiter': { op: 'list', prefix: own, delimiter: '/' },
    'a continuation token': { op: 'list', prefix: own, continuation_token: 'x' },
    'more keys than a page has': { op: 'list', prefix: own, max_keys: 1001 },
    'a put of nothing': { ...put, size: 0 },
    'a put of the hash of nothing': {
      ...put,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    },
    'a put of more than the store takes': { ...put, size: MAX_PUT_BYTES + 1 },
    'a put of a fraction': { ...put, size: 1.5 },
    'a put without a hash': { op: 'put', key: put.key, size: 1 },
    'a put with headers': { ...put, headers: { 'x-amz-acl': 'public-read' } },
    'a put in parts': { ...put, upload_id: 'x' },
    'a delete': { op: 'delete', key: put.key },
    'a copy': { op: 'copy', key: put.key, source: `data/x/${other}/${FILE}` },
    'a list of operations': [get(put.key)],
  };

  test.each(Object.entries(cases))('%s is BadRequest', async (_, operation) => {
    const service = presigningService();
    const request = { ...uploadRequest(miner, { operations: [] }), operations: [operation] };
    expect(await refused(request, service)).toMatchObject({ code: 'BadRequest' });
    // Signed or not: it is refused before the signature is looked at.
    expect(service.calls).toEqual(['limiter']);
    expect(service.audit.records[0]).not.toHaveProperty('signature');
  });

  test('a put by a validator is BadRequest, named by its place', async () => {
    const operations: StoreOperation[] = [get(put.key), put];
    const { message } = await refused(readRequest(validator, { operations }));
    expect(message).toContain('"operations.1": a read puts nothing');
  });

  test('a source that the read did not ask for is BadRequest', async () => {
    const operations = [get(`data/reddit/${miner.address}/${FILE}`)];
    const request = readRequest(validator, { operations, source: 'x' });
    expect((await refused(request)).code).toBe('BadRequest');
  });

  test(`more than ${MAX_OPERATIONS} operations are BadRequest, and as many are not`, async () => {
    const many = (count: number) =>
      uploadRequest(miner, {
        operations: Array.from({ length: count }, () => get(`${own}${MANIFEST}`)),
      });
    await signed(many(MAX_OPERATIONS));
    const request = { ...many(0), operations: many(MAX_OPERATIONS + 1).operations };
    expect((await refused(request)).code).toBe('BadRequest');
  });

  test('no key leads anywhere but to an object of the dataset', async () => {
    const part = fc.oneof(
      fc.constantFrom(own, FILE, MANIFEST, BLOCKS, '/', '..', '.', '%2F', '*', '?', 'data/', '\\'),
      fc.string({ maxLength: 8, unit: 'binary' }),
    );
    const key = fc
      .array(part, { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''))
      .filter((text) => text.length > 0 && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(key, async (text) => {
        const service = presigningService();
        const request = { ...uploadRequest(miner, { operations: [] }), operations: [get(text)] };
        const output = await ask(service, request);
        const known = [FILE, MANIFEST, BLOCKS].some((name) => text === `${own}${name}`);
        // What is known fails at the signature, which is not over it.
        expect(refusalOf(output).code).toBe(known ? 'BadSignature' : 'BadRequest');
      }),
      { numRuns: 300 },
    );
  });
});

describe('names that occur twice', () => {
  const text = JSON.stringify(uploadRequest(miner, { operations: [put, get(put.key)] }));
  const send = (body: string) =>
    presigningService().handler({
      body: new TextEncoder().encode(body),
      headers: {},
      sourceAddress: '203.0.113.7',
    });

  test.each<[string, string]>([
    ['in an operation', text.replace('"op":"put"', '"op":"get","op":"put"')],
    ['in an operation, once escaped', text.replace('"op":"put"', '"\\u006fp":"get","op":"put"')],
    ['in the request, behind the operations', text.replace(/\}$/, ',"operations":[]}')],
    ['in a value that is no text', text.replace('"size":1234', '"size":{"a":1,"a":1}')],
  ])('%s make a BadRequest', async (_, body) => {
    expect(body).not.toBe(text);
    expect(refusalOf(await send(body)).code).toBe('BadRequest');
  });

  test('the same name in two operations is no repetition', async () => {
    expect((await send(text)).status).toBe(200);
  });

  test('colons and quotes in values are not taken for names', async () => {
    const operations = [{ op: 'list', prefix: own, start_after: `${own}","op":"put` } as const];
    await signed(uploadRequest(miner, { operations }));
    expect(bodyOf(operations).byteLength).toBeGreaterThan(0);
  });

  test('a text nested deeper than any request is BadRequest', async () => {
    const deep = `${'{"a":'.repeat(9)}1${'}'.repeat(9)}`;
    expect(refusalOf(await send(deep)).message).toContain('nested');
  });
});
