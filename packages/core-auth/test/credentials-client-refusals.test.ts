import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CredentialsClientOptions, verifyAccessRequestSignature } from '../src/index.ts';
import {
  alice,
  aliceAt,
  bob,
  failure,
  LIFE,
  readBob,
  START,
  unavailable,
  uploadX,
} from './client-fixture.ts';
import {
  type CredentialService,
  grantFor,
  SECRET,
  sendJson,
  startCredentialService,
  TOKEN,
} from './credential-service.ts';

let now: number;
let service: CredentialService;
const clientWith = (options: Partial<CredentialsClientOptions> = {}) =>
  aliceAt(service.url, () => now, options);

beforeEach(async () => {
  now = START;
  service = await startCredentialService((request, response) =>
    sendJson(response, 200, grantFor(request, now + LIFE)),
  );
});
afterEach(() => service.close());

describe('a service that fails', () => {
  it('is asked again, each time with a request of its own', async () => {
    service.answer = (request, response, n) =>
      n < 4
        ? sendJson(response, 503, unavailable)
        : sendJson(response, 200, grantFor(request, now + LIFE));
    expect((await clientWith().grant(uploadX)).bucket).toBe('bucket');
    expect(service.requests).toHaveLength(4);
    expect(new Set(service.requests.map(({ nonce }) => nonce)).size).toBe(4);
    expect(service.requests.every(verifyAccessRequestSignature)).toBe(true);
  });

  it('is asked so many times and no more', async () => {
    service.answer = (_, response) => sendJson(response, 503, unavailable);
    expect(await failure(clientWith())).toMatchObject({
      code: 'ChainUnavailable',
      retryable: true,
      status: 503,
      requestId: 'request-7',
    });
    expect(service.requests).toHaveLength(4);
  });

  it.each([
    ['a gateway that fails', 502, 'ServiceUnreachable', 4],
    ['a gateway that throttles', 429, 'ServiceUnreachable', 4],
    ['an address with nothing there', 404, 'InvalidResponse', 1],
    ["a gateway's own refusal", 403, 'InvalidResponse', 1],
    ['a redirect', 307, 'InvalidResponse', 1],
  ])('is told from %s (HTTP %i)', async (_, status, code, requests) => {
    service.answer = (_request, response) => {
      response
        .writeHead(status, { location: `${service.url}/elsewhere` })
        .end('<html>secret</html>');
    };
    const error = await failure(clientWith());
    expect(error).toMatchObject({ code, status, retryable: code === 'ServiceUnreachable' });
    expect(inspect(error)).not.toContain('secret');
    expect(service.requests).toHaveLength(requests);
  });

  it('is given the pause it asks for', async () => {
    const times: number[] = [];
    service.answer = (request, response, n) => {
      times.push(performance.now());
      if (n > 1) return sendJson(response, 200, grantFor(request, now + LIFE));
      sendJson(response, 429, refusal('TooManyRequests', { retryable: true, retry_after: 0.2 }));
    };
    await clientWith().grant(uploadX);
    const [first = 0, second = 0] = times;
    expect(second - first).toBeGreaterThan(190);
  });

  it('is not waited for when it asks for a long pause', async () => {
    service.answer = (_, response) =>
      sendJson(response, 429, refusal('QuotaExceeded', { retryable: true, retry_after: 3600 }));
    expect(await failure(clientWith())).toMatchObject({
      code: 'QuotaExceeded',
      retryable: true,
      retryAfterSeconds: 3600,
    });
    expect(service.requests).toHaveLength(1);
  });

  it('that is not there is named, and with the reason', async () => {
    const client = clientWith({ authEndpoint: service.url, retry: { retries: 0 } });
    const { origin } = new URL(service.url);
    await service.close();
    const error = await failure(client);
    expect(error).toMatchObject({ code: 'ServiceUnreachable', retryable: true });
    expect(error.message).toBe(
      `${origin} could not be reached (ECONNREFUSED): check the network and auth_endpoint`,
    );
    service = await startCredentialService(() => undefined);
  });

  it('that never answers is given up on', async () => {
    service.answer = () => undefined;
    const error = await failure(clientWith({ timeoutMs: 30, retry: { retries: 0 } }));
    expect(error).toMatchObject({ code: 'ServiceUnreachable', retryable: true });
    expect(error.message).toContain('no answer in 30 ms');
  });

  it('that never finishes its answer is given up on', async () => {
    service.answer = (_, response) => {
      response.writeHead(200).write('{');
    };
    const error = await failure(clientWith({ timeoutMs: 100, retry: { retries: 0 } }));
    expect(error).toMatchObject({ code: 'ServiceUnreachable' });
  });
});

describe('a refusal', () => {
  it.each(['NotRegistered', 'NoValidatorPermit', 'Denied', 'BadSignature', 'BadRequest'] as const)(
    'is final: %s',
    async (code) => {
      service.answer = (_, response) =>
        sendJson(response, 403, refusal(code, { retryable: false }));
      const error = await failure(clientWith());
      expect(error).toMatchObject({ code, retryable: false, status: 403, requestId: 'request-9' });
      expect(error.message).toBe(`Do this, then that. (${code}, request request-9)`);
      expect(service.requests).toHaveLength(1);
    },
  );

  it.each([
    [93, '93 seconds behind'],
    [-93, '93 seconds ahead of'],
  ])('for the clock says by how much it is off', async (offset, words) => {
    const server_time = Math.round(START / 1000) + offset;
    service.answer = (_, response) =>
      sendJson(response, 401, refusal('ClockSkew', { retryable: true, server_time }));
    const error = await failure(clientWith());
    expect(error).toMatchObject({ code: 'ClockSkew', retryable: false });
    expect(error.message).toContain(words);
    expect(error.message).toContain('NTP');
    expect(service.requests, 'the same clock would fail again').toHaveLength(1);
  });

  it('can not write to the terminal', async () => {
    const message = `\u001b[2J\u202egnp.exe\r\nsecond line${'!'.repeat(9_000)}`;
    service.answer = (_, response) =>
      sendJson(response, 403, {
        request_id: '\u0007id',
        error: { code: 'Denied', message, retryable: false },
      });
    const error = await failure(clientWith());
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(error.message.length).toBeLessThan(700);
  });
});

describe('an answer that is not to be believed', () => {
  const other = `data/x/${bob}/`;
  const own = `data/x/${alice.address}/`;
  it.each([
    ["another's prefix", { prefixes: [other] }],
    ["another's prefix beside the own", { prefixes: [own, other] }],
    ['another source', { prefixes: [`data/reddit/${alice.address}/`] }],
    ['a wildcard', { prefixes: [`data/*/${alice.address}/`] }],
    ['everything', { prefixes: ['/'] }],
    ['nothing', { prefixes: [] }],
    ['an expired grant', { expiration: new Date(START).toISOString() }],
    ['no time at all', { expiration: 'tomorrow' }],
    ['an endpoint that is none', { endpoint: 'javascript:alert(1)' }],
    ['no bucket', { bucket: '' }],
  ])('is refused: %s', async (_, overrides) => {
    service.answer = (request, response) =>
      sendJson(response, 200, grantFor(request, now + LIFE, overrides));
    const error = await failure(clientWith());
    expect(error).toMatchObject({ code: 'InvalidResponse', retryable: false });
    expect(inspect(error)).not.toMatch(new RegExp(`${SECRET}|${TOKEN}`));
    expect(service.requests).toHaveLength(1);
  });

  it.each([
    ['another miner', [other, `data/x/${alice.address}/`]],
    ['a wildcard', [`data/*/${bob}/`]],
    ['a source of more than one segment', [`data/x/y/${bob}/`]],
    ['no source', [`data//${bob}/`]],
  ])("is refused for a read of all a miner's sources: %s", async (_, prefixes) => {
    service.answer = (request, response) =>
      sendJson(response, 200, grantFor(request, now + LIFE, { prefixes }));
    expect((await failure(clientWith(), readBob)).code).toBe('InvalidResponse');
  });

  it('may name sources that this client does not know, in a read of all', async () => {
    const prefixes = [`data/some-new_source2/${bob}/`];
    service.answer = (request, response) =>
      sendJson(response, 200, grantFor(request, now + LIFE, { prefixes }));
    expect((await clientWith().grant(readBob)).prefixes).toEqual(prefixes);
  });

  it('is refused where the store is not encrypted and not on this machine', async () => {
    const answerWith = (endpoint: string) => {
      service.answer = (request, response) =>
        sendJson(response, 200, grantFor(request, now + LIFE, { endpoint }));
    };
    answerWith('http://storage.example');
    expect((await failure(clientWith())).code).toBe('InsecureEndpoint');
    answerWith('http://127.0.0.1:9000');
    expect((await clientWith().grant(uploadX)).endpoint).toBe('http://127.0.0.1:9000');
  });

  it.each<[string, string]>([
    ['no JSON', `{"secret": "${SECRET}"`],
    ['another JSON', JSON.stringify({ secret: SECRET })],
    ['nothing', ''],
    ['null', 'null'],
  ])('is refused: %s', async (_, body) => {
    service.answer = (_request, response) => {
      response.writeHead(200).end(body);
    };
    const error = await failure(clientWith());
    expect(error).toMatchObject({ code: 'InvalidResponse', retryable: false });
    expect(inspect(error)).not.toContain(SECRET);
  });

  it('is cut off where it does not end', async () => {
    const closed = deferred();
    service.answer = async (_, response) => {
      response.on('close', closed.resolve);
      response.writeHead(200);
      while (!response.destroyed) {
        response.write('x'.repeat(16_384));
        await sleep(1);
      }
    };
    expect((await failure(clientWith())).message).toContain('longer than 65536 bytes');
    await closed.promise;
  });
});

describe('the endpoint', () => {
  it.each([
    'https://auth.example/auth',
    'http://localhost:8080/auth',
    'http://[::1]:8080',
    'http://127.9.9.9/auth',
  ])('may be %s', (authEndpoint) => {
    expect(() => clientWith({ authEndpoint })).not.toThrow();
  });

  it.each([
    ['http://auth.example/auth', 'InsecureEndpoint'],
    ['http://10.0.0.1/auth', 'InsecureEndpoint'],
    ['http://localhost.example/auth', 'InsecureEndpoint'],
    ['http://127.0.0.1.example/auth', 'InsecureEndpoint'],
    ['http://0.0.0.0/auth', 'InsecureEndpoint'],
    ['http://auth.localhost/auth', 'InsecureEndpoint'],
    ['http://[::ffff:8.8.8.8]/auth', 'InsecureEndpoint'],
    ['http://127.0.0.1%2eexample/auth', 'InsecureEndpoint'],
    ['http://127.0.0.1@auth.example/auth', 'BadRequest'],
    ['ftp://127.0.0.1/auth', 'BadRequest'],
    ['auth.example/auth', 'BadRequest'],
    ['', 'BadRequest'],
    ['https://user:hunter2@auth.example/', 'BadRequest'],
    ['https://auth.example/#fragment', 'BadRequest'],
  ])('may not be %s', (authEndpoint, code) => {
    let error: unknown;
    try {
      clientWith({ authEndpoint });
    } catch (reason) {
      error = reason;
    }
    expect(error).toMatchObject({ name: 'AccessError', code, retryable: false });
    expect(inspect(error)).not.toContain('hunter2');
  });
});

function refusal(code: string, more: Record<string, unknown>) {
  return { request_id: 'request-9', error: { code, message: 'Do this, then that.', ...more } };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
