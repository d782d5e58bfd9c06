import { accessRefusalSchema, SOURCE_NAMES } from '@data-universe/core-auth';
import { ChainUnavailableError } from '@data-universe/subtensor';
import { describe, expect, test } from 'vitest';
import {
  IssuerUnavailableError,
  ManualClock,
  MemoryNonceStore,
  TokenBucketLimiter,
} from '../src/index.ts';
import {
  ask,
  bodyOf,
  CLIENT_ADDRESS,
  CONFIG,
  grantOf,
  makeService,
  miner,
  NOW_SECONDS,
  readRequest,
  refusalOf,
  stranger,
  uploadRequest,
  validator,
} from './service-fixture.ts';

const never = () => new Promise<never>(() => undefined);

describe('a granted request', () => {
  test('gives a miner credentials for its own prefix of one source', async () => {
    const service = makeService();
    const output = await ask(service, uploadRequest());
    expect(output.status).toBe(200);
    expect(output.headers['cache-control']).toBe('no-store');
    const grant = grantOf(output);
    expect(grant.prefixes).toEqual([`data/x/${miner.address}/`]);
    expect(grant).toMatchObject({ bucket: CONFIG.bucket, region: CONFIG.region, endpoint: null });
    expect(Date.parse(grant.expiration)).toBe((NOW_SECONDS + 900) * 1000);
    expect(service.issuer.orders).toHaveLength(1);
    expect(service.issuer.orders[0]).toMatchObject({ action: 'upload', hotkey: miner.address });
  });

  test("gives a validator a miner's prefix of every source, or of the one it names", async () => {
    const service = makeService();
    const all = grantOf(await ask(service, readRequest()));
    expect(all.prefixes).toEqual(SOURCE_NAMES.map((name) => `data/${name}/${miner.address}/`));
    const one = grantOf(await ask(service, readRequest(validator, { source: 'reddit' })));
    expect(one.prefixes).toEqual([`data/reddit/${miner.address}/`]);
  });

  test('lets a validator upload as any registered hotkey may', async () => {
    const output = await ask(makeService(), uploadRequest(validator));
    expect(grantOf(output).prefixes).toEqual([`data/x/${validator.address}/`]);
  });

  test('tells of the endpoint of an S3-compatible store', async () => {
    const service = makeService({}, { endpoint: 'http://127.0.0.1:9000' });
    expect(grantOf(await ask(service, uploadRequest())).endpoint).toBe('http://127.0.0.1:9000');
  });

  test('asks every port once, in the order of the design', async () => {
    const service = makeService();
    await ask(service, uploadRequest());
    const order = [
      'limiter',
      'verify',
      'pause',
      'nonces',
      'registry',
      'denyList',
      'quota',
      'issuer',
    ];
    expect(service.calls).toEqual(order);
  });

  test('is written down with the hash of its policy and nothing secret', async () => {
    const service = makeService();
    const request = readRequest();
    const { credentials, request_id } = grantOf(await ask(service, request));
    expect(service.audit.records).toHaveLength(1);
    expect(service.audit.records[0]).toMatchObject({
      request_id,
      time: new Date(NOW_SECONDS * 1000).toISOString(),
      decision: 'granted',
      source_address: CLIENT_ADDRESS,
      hotkey: validator.address,
      uid: 1,
      action: 'read',
      policy_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      latency_ms: expect.any(Number),
    });
    const line = JSON.stringify(service.audit.records[0]);
    expect(line).not.toContain('claimed_hotkey');
    for (const secret of [...Object.values(credentials), request.signature, request.nonce])
      expect(line).not.toContain(secret);
  });
});

describe('the clock', () => {
  test.each([
    ['issued 60 seconds ahead', 60, 120, 200],
    ['issued 61 seconds ahead', 61, 121, 401],
    ['issued a year ahead', 31_536_000, 31_536_060, 401],
    ['expiring in a second', -299, 1, 200],
    ['expiring now', -60, 0, 401],
    ['expired long ago', -NOW_SECONDS, -NOW_SECONDS + 60, 401],
  ])('a request %s', async (_, issued, expires, status) => {
    const service = makeService();
    const request = uploadRequest(miner, {
      issued_at: NOW_SECONDS + issued,
      expires_at: NOW_SECONDS + expires,
    });
    const output = await ask(service, request);
    expect(output.status).toBe(status);
    if (status === 200) return;
    expect(refusalOf(output)).toMatchObject({ code: 'ClockSkew', server_time: NOW_SECONDS });
    expect(service.calls).toEqual(['limiter']);
  });
});

describe('the signature', () => {
  const changes: Record<string, object> = {
    'another source': { source: 'reddit' },
    'another nonce': { nonce: '0'.repeat(32) },
    'a later expiry': { expires_at: NOW_SECONDS + 61 },
    'another hotkey': { hotkey: validator.address },
    'a flipped bit': { signature: `0x00${uploadRequest().signature.slice(4)}` },
    'no marker bit': { signature: `0x${'00'.repeat(64)}` },
  };

  test.each(Object.entries(changes))('after signing, %s is BadSignature', async (_, change) => {
    const service = makeService();
    const output = await ask(service, { ...uploadRequest(), ...change });
    expect(output.status).toBe(401);
    expect(refusalOf(output).code).toBe('BadSignature');
    expect(service.calls).toEqual(['limiter', 'verify']);
    const [line] = service.audit.records;
    expect(line?.hotkey).toBeUndefined();
    expect(line?.claimed_hotkey).toBeDefined();
  });

  test("another miner's name in a read changes what was signed", async () => {
    const request = { ...readRequest(), miner_hotkey: stranger.address };
    expect(refusalOf(await ask(makeService(), request)).code).toBe('BadSignature');
  });

  test('a forgery does not use up the nonce it names', async () => {
    const service = makeService();
    const request = uploadRequest();
    await ask(service, { ...request, source: 'reddit' });
    expect((await ask(service, request)).status).toBe(200);
  });
});

describe('the nonce', () => {
  test('a second use is Replayed, and costs no quota', async () => {
    const service = makeService({}, { uploads_per_day: 2 });
    const request = uploadRequest();
    expect((await ask(service, request)).status).toBe(200);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const output = await ask(service, request);
      expect(output.status).toBe(409);
      expect(refusalOf(output).code).toBe('Replayed');
    }
    expect((await ask(service, uploadRequest())).status).toBe(200);
  });

  test('a second use under a fresh signature is Replayed all the same', async () => {
    const service = makeService();
    const { nonce } = uploadRequest();
    expect((await ask(service, uploadRequest(miner, { nonce }))).status).toBe(200);
    const output = await ask(service, uploadRequest(miner, { nonce }));
    expect(refusalOf(output).code).toBe('Replayed');
  });

  test('two hotkeys may use the same nonce', async () => {
    const service = makeService();
    const { nonce } = uploadRequest();
    expect((await ask(service, uploadRequest(miner, { nonce }))).status).toBe(200);
    expect((await ask(service, uploadRequest(validator, { nonce }))).status).toBe(200);
  });

  test('stays used for as long as the request could be accepted', async () => {
    const service = makeService();
    const request = uploadRequest(miner, {
      issued_at: NOW_SECONDS + 60,
      expires_at: NOW_SECONDS + 360,
    });
    expect((await ask(service, request)).status).toBe(200);
    service.clock.advance(359_000);
    expect(refusalOf(await ask(service, request)).code).toBe('Replayed');
    service.clock.advance(1_000);
    expect(refusalOf(await ask(service, request)).code).toBe('ClockSkew');
  });

  test('a full store refuses instead of forgetting', async () => {
    const service = makeService({
      nonces: new MemoryNonceStore({ clock: new ManualClock(NOW_SECONDS * 1000), capacity: 1 }),
    });
    await ask(service, uploadRequest());
    const output = await ask(service, uploadRequest());
    expect(output.status).toBe(503);
    expect(refusalOf(output)).toMatchObject({ code: 'IssuerUnavailable', retryable: true });
    expect(service.audit.records[1]?.fault).toContain('NonceStoreFullError');
  });
});

describe('the registry', () => {
  test('an unknown hotkey is NotRegistered, and never reaches quota or STS', async () => {
    const service = makeService();
    const output = await ask(service, uploadRequest(stranger));
    expect(output.status).toBe(403);
    expect(refusalOf(output).code).toBe('NotRegistered');
    expect(service.calls).toEqual(['limiter', 'verify', 'pause', 'nonces', 'registry']);
  });

  test("a miner that asks for a validator's read is NoValidatorPermit", async () => {
    const service = makeService();
    const output = await ask(service, readRequest(miner));
    expect(output.status).toBe(403);
    expect(refusalOf(output).code).toBe('NoValidatorPermit');
    expect(service.calls).toEqual(['limiter', 'verify', 'pause', 'nonces', 'registry']);
    expect(service.audit.records[0]).toMatchObject({ hotkey: miner.address, uid: 7 });
  });

  test.each([
    ['fails', () => Promise.reject(new ChainUnavailableError('the node is gone'))],
    ['fails in a way of its own', () => Promise.reject(new Error('secret-in-a-message'))],
    [
      'throws at once',
      () => {
        throw new TypeError('broken');
      },
    ],
    ['never answers', never],
  ])('one that %s is ChainUnavailable', async (_, lookup) => {
    const service = makeService({ registry: { lookup } });
    const output = await ask(service, uploadRequest());
    expect(output.status).toBe(503);
    expect(refusalOf(output)).toMatchObject({ code: 'ChainUnavailable', retryable: true });
    expect(service.calls).not.toContain('issuer');
    expect(service.audit.records[0]?.fault).toMatch(/^registry: /);
    expect(JSON.stringify([output, service.audit.records])).not.toContain('secret-in-a-message');
  });

  test('is told when nobody waits any more', async () => {
    let told: AbortSignal | undefined;
    const lookup = (_: number, __: string, signal?: AbortSignal) => {
      told = signal;
      return never();
    };
    await ask(makeService({ registry: { lookup } }), uploadRequest());
    expect(told?.aborted).toBe(true);
  });
});

describe('the deny list and the quota', () => {
  test('a barred hotkey is Denied before its quota is charged', async () => {
    const service = makeService();
    service.levers.deny(miner.address);
    const output = await ask(service, uploadRequest());
    expect(output.status).toBe(403);
    expect(refusalOf(output).code).toBe('Denied');
    expect(service.calls).not.toContain('quota');
  });

  test('a quota that is used up is QuotaExceeded until the next UTC day', async () => {
    const service = makeService({}, { uploads_per_day: 1, reads_per_day: 1 });
    expect((await ask(service, uploadRequest(validator))).status).toBe(200);
    expect((await ask(service, readRequest())).status).toBe(200);
    const output = await ask(service, readRequest());
    expect(output.status).toBe(429);
    const { code, retry_after = 0 } = refusalOf(output);
    expect(code).toBe('QuotaExceeded');
    expect(output.headers['retry-after']).toBe(String(retry_after));
    expect(service.calls.filter((port) => port === 'issuer')).toHaveLength(2);

    service.clock.advance(retry_after * 1000);
    const now = Math.floor(service.clock.now() / 1000);
    const tomorrow = readRequest(validator, { issued_at: now, expires_at: now + 60 });
    expect((await ask(service, tomorrow)).status).toBe(200);
  });
});

describe('the issuer', () => {
  test.each([
    ['fails', () => Promise.reject(new IssuerUnavailableError('STS is away'))],
    ['fails in a way of its own', () => Promise.reject(new Error('secret-in-a-message'))],
    ['never answers', never],
  ])('one that %s is IssuerUnavailable', async (_, issue) => {
    const service = makeService({ issuer: { issue } });
    const output = await ask(service, uploadRequest());
    expect(output.status).toBe(503);
    expect(refusalOf(output)).toMatchObject({ code: 'IssuerUnavailable', retryable: true });
    expect(service.audit.records).toHaveLength(1);
    expect(service.audit.records[0]?.fault).toMatch(/^issuer: /);
    expect(JSON.stringify([output, service.audit.records])).not.toContain('secret-in-a-message');
  });
});

describe('the limit by address', () => {
  test('stands before everything else, even the reading of the body', async () => {
    const service = makeService({ addressLimiter: new TokenBucketLimiter({ burst: 1 }) });
    await ask(service, uploadRequest());
    const body = new TextEncoder().encode('not even JSON');
    const output = await service.handler({ body, headers: {}, sourceAddress: CLIENT_ADDRESS });
    expect(output.status).toBe(429);
    expect(refusalOf(output).code).toBe('TooManyRequests');
    expect(Number(output.headers['retry-after'])).toBeGreaterThan(0);
    expect(service.audit.records[1]).toMatchObject({ code: 'TooManyRequests' });
    const elsewhere = await service.handler({
      body: bodyOf(uploadRequest()),
      headers: {},
      sourceAddress: '203.0.113.8',
    });
    expect(elsewhere.status).toBe(200);
  });
});

describe('whatever else fails', () => {
  const fail = () => Promise.reject(new RangeError('secret-in-a-message'));
  test.each([
    ['address limiter', { addressLimiter: { take: fail } }],
    ['nonce store', { nonces: { claim: fail } }],
    ['pause switch', { levers: { isPaused: fail, isDenied: async () => false } }],
    ['deny list', { levers: { isPaused: async () => false, isDenied: fail } }],
    ['quota store', { quota: { charge: fail } }],
  ])('a broken %s gives no credentials and one audit line', async (_, ports) => {
    const service = makeService(ports);
    const output = await ask(service, uploadRequest());
    expect(output.status).toBe(503);
    expect(refusalOf(output)).toMatchObject({ code: 'IssuerUnavailable', retryable: true });
    expect(service.issuer.orders).toHaveLength(0);
    expect(service.audit.records).toHaveLength(1);
    expect(service.audit.records[0]?.fault).toBe('service: RangeError');
    expect(JSON.stringify([output, service.audit.records])).not.toContain('secret-in-a-message');
  });

  test('a grant that cannot be written down is not handed out', async () => {
    const service = makeService({ audit: { write: fail } });
    const output = await ask(service, uploadRequest());
    expect(output.status).toBe(503);
    expect(accessRefusalSchema.safeParse(JSON.parse(output.body)).success).toBe(true);
    expect(output.body).not.toContain('secret_access_key');
  });

  test('a configuration with a mistake is refused at once', () => {
    expect(() => makeService({}, { bucket: '*' })).toThrow(/bucket/);
    expect(() => makeService({}, { audience: 'auth' })).toThrow(/audience/);
  });
});
