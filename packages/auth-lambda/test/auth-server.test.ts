import { EventEmitter, once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { accessRefusalSchema } from '@data-universe/core-auth';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type AccessHandler,
  type AuthServer,
  type AuthServerOptions,
  startAuthServer,
} from '../src/index.ts';
import { MAX_DRAINED_BYTES } from '../src/server/read-body.ts';
import { makeService, miner, readRequest, uploadRequest } from './service-fixture.ts';

async function serve(options: AuthServerOptions): Promise<AuthServer> {
  const server = await startAuthServer(options);
  onTestFinished(() => server.close());
  return server;
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers });
}

async function codeOf(response: Response): Promise<string> {
  return accessRefusalSchema.parse(await response.json()).error.code;
}

/** Sends raw bytes and returns everything the server says until it closes. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk;
  });
  socket.write(text);
  await once(socket, 'close');
  return heard;
}

describe('over HTTP', () => {
  test('a signed request is granted', async () => {
    const { url } = await serve({ handler: makeService().handler });
    const response = await post(url, JSON.stringify(uploadRequest()));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('of 20 copies of one request at once one is served and 19 are Replayed', async () => {
    const service = makeService();
    const { url } = await serve({ handler: service.handler });
    for (const request of [uploadRequest(), readRequest()]) {
      const body = JSON.stringify(request);
      const responses = await Promise.all(Array.from({ length: 20 }, () => post(url, body)));
      const refused = responses.filter(({ status }) => status !== 200);
      expect(refused).toHaveLength(19);
      expect(new Set(await Promise.all(refused.map(codeOf)))).toEqual(new Set(['Replayed']));
    }
    expect(service.issuer.orders).toHaveLength(2);
    expect(service.audit.records).toHaveLength(40);
  });

  test.each([8_193, 100_000])('a body of %i bytes is TooLarge', async (size) => {
    const service = makeService();
    const { url } = await serve({ handler: service.handler });
    const response = await post(url, 'x'.repeat(size));
    expect(response.status).toBe(413);
    expect(await codeOf(response)).toBe('TooLarge');
    expect(service.audit.records).toHaveLength(1);
  });

  test('a body without end is cut off with an answer', async () => {
    const { url } = await serve({ handler: makeService().handler });
    const request = httpRequest(url, { method: 'POST' });
    // Nothing is left unread when the server closes: a reset would take the answer along.
    request.write(Buffer.alloc(MAX_DRAINED_BYTES + 1, 0x20));
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(413);
    expect(response.headers.connection).toBe('close');
    request.on('error', () => {});
    request.destroy();
  });

  test('a request that dribbles in is cut off', async () => {
    const service = makeService();
    const { url } = await serve({ handler: service.handler, requestTimeoutMilliseconds: 100 });
    const heard = await raw(url, 'POST /auth HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{');
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(service.calls).toEqual(['limiter']);
    await expect.poll(() => service.audit.records).toMatchObject([{ code: 'BadRequest' }]);
  });

  test('what is not HTTP is refused', async () => {
    const { url } = await serve({ handler: makeService().handler });
    expect(await raw(url, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('another path is 404, another method 405, both with a refusal in JSON', async () => {
    const { url } = await serve({ handler: makeService().handler, path: '/auth' });
    const elsewhere = await post(`${url}/more`, '{}');
    expect(elsewhere.status).toBe(404);
    expect(await codeOf(elsewhere)).toBe('BadRequest');
    const wrong = await fetch(url);
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
    expect(await codeOf(wrong)).toBe('BadRequest');
  });

  test('says that it is alive', async () => {
    const { url } = await serve({ handler: makeService().handler });
    const response = await fetch(new URL('/healthz', url));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok' });
    expect((await post(new URL('/healthz', url).href, '')).status).toBe(405);
  });

  test('lets the audience be the URL it got', async () => {
    const handlerFor = (audience: string) => makeService({}, { audience }).handler;
    const { url } = await serve({ handlerFor });
    const request = uploadRequest(miner, { audience: url });
    const response = await post(url, JSON.stringify(request));
    expect(response.status).toBe(200);
  });

  test('a port that is taken is an error', async () => {
    const { url } = await serve({ handler: makeService().handler });
    const port = Number(new URL(url).port);
    await expect(startAuthServer({ handler: makeService().handler, port })).rejects.toThrow(
      /EADDRINUSE/,
    );
  });

  test('closing lets a running request finish', async () => {
    const events = new EventEmitter();
    const handler: AccessHandler = async () => {
      const released = once(events, 'release');
      events.emit('start');
      await released;
      return { status: 200, headers: {}, body: 'done' };
    };
    const server = await startAuthServer({ handler });
    const started = once(events, 'start');
    const running = post(server.url, '{}');
    await started;
    const closed = server.close();
    events.emit('release');
    expect(await (await running).text()).toBe('done');
    await closed;
    await expect(post(server.url, '{}')).rejects.toThrow();
  });
});

describe("the client's address", () => {
  async function addressSeen(trustProxyHeader: boolean, forwarded: string): Promise<string> {
    const service = makeService();
    const { url } = await serve({ handler: service.handler, trustProxyHeader });
    await post(url, '{}', { 'x-forwarded-for': forwarded });
    return service.audit.records[0]?.source_address ?? '';
  }

  test("is the connection's, whatever a header says", async () => {
    expect(await addressSeen(false, '203.0.113.1')).toBe('127.0.0.1');
  });

  test('is the one a trusted proxy appended, never one the client wrote', async () => {
    expect(await addressSeen(true, '198.51.100.1, 203.0.113.1')).toBe('203.0.113.1');
    expect(await addressSeen(true, '2001:db8::1')).toBe('2001:db8::1');
    expect(await addressSeen(true, 'nonsense')).toBe('127.0.0.1');
  });
});
