import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AuthServerOptions, startAuthServer, TokenBucketLimiter } from '../src/index.ts';
import { makeService, uploadRequest } from './service-fixture.ts';

const HEAD = 'POST /auth HTTP/1.1\r\nHost: a\r\n';

async function serve(options: Partial<AuthServerOptions> = {}) {
  const service = makeService();
  const server = await startAuthServer({ handler: service.handler, ...options });
  onTestFinished(() => server.close());
  return { url: server.url, service };
}

interface Talk {
  readonly socket: Socket;
  /** Everything said until now. */
  heard: string;
  readonly closed: Promise<unknown>;
}

/** Opens a connection and says something. */
async function say(url: string, text = ''): Promise<Talk> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  const closed = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  // A connection that is cut may end in a reset.
  socket.on('error', () => undefined);
  const talk: Talk = { socket, heard: '', closed };
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    talk.heard += chunk;
  });
  await once(socket, 'connect');
  socket.write(text);
  return talk;
}

async function granted(url: string): Promise<boolean> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(uploadRequest()) });
  await response.text();
  return response.status === 200;
}

describe('an address beyond its limit', () => {
  const none = () => makeService({ addressLimiter: new TokenBucketLimiter({ burst: 0.5 }) });

  test('is refused before a byte of its body is here', async () => {
    const service = none();
    const { url } = await serve({ handler: service.handler });
    const talk = await say(url, `${HEAD}Content-Length: 8000\r\n\r\n`);
    await expect.poll(() => talk.heard).toMatch(/^HTTP\/1\.1 429 [\s\S]*TooManyRequests/);
    expect(talk.heard).toMatch(/\r\nretry-after: \d+\r\n/i);
    expect(service.calls).toEqual(['limiter']);
  });

  test('keeps its connection for a short body, and is answered again on it', async () => {
    const { url } = await serve({ handler: none().handler });
    const talk = await say(url, `${HEAD}Content-Length: 4\r\n\r\n`);
    await expect.poll(() => talk.heard).toContain('TooManyRequests');
    talk.socket.write(`body${HEAD}Content-Length: 0\r\n\r\n`);
    await expect.poll(() => talk.heard.match(/HTTP\/1\.1 429 /g)).toHaveLength(2);
  });

  test('is cut off where its body never comes', async () => {
    const { url } = await serve({ handler: none().handler, requestTimeoutMilliseconds: 100 });
    const talk = await say(url, `${HEAD}Content-Length: 8000\r\n\r\n`);
    await talk.closed;
    expect(talk.heard).toMatch(/^HTTP\/1\.1 429 /);
  });

  test('is cut off where it announces more than is ever read', async () => {
    const { url } = await serve({ handler: none().handler });
    const talk = await say(url, `${HEAD}Content-Length: 999999999\r\n\r\n`);
    await talk.closed;
    expect(talk.heard).toMatch(/^HTTP\/1\.1 429 [\s\S]*\r\nconnection: close\r\n/i);
  });
});

describe('one connection', () => {
  test('whose headers dribble in is cut', async () => {
    const { url } = await serve({ requestTimeoutMilliseconds: 100 });
    const talk = await say(url, 'POST /auth HTTP/1.1\r\nHost');
    await talk.closed;
    expect(talk.heard).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('whose headers are huge is refused', async () => {
    const { url, service } = await serve();
    const talk = await say(url, `${HEAD}X-Filler: ${'x'.repeat(20_000)}\r\n\r\n`);
    await talk.closed;
    expect(talk.heard).toMatch(/^HTTP\/1\.1 431 /);
    expect(service.calls).toEqual([]);
  });

  test('that sends eight requests ahead has each answered, in order', async () => {
    const { url } = await serve();
    const talk = await say(url, `${HEAD}Content-Length: 2\r\n\r\n{}`.repeat(8));
    await expect.poll(() => talk.heard.match(/HTTP\/1\.1 400 /g)).toHaveLength(8);
  });

  test('that sends more ahead than is answered is cut, and costs no more than those', async () => {
    let begun = 0;
    const handler = () => {
      begun += 1;
      return new Promise<never>(() => undefined);
    };
    const { url } = await serve({ handler, closeGraceMilliseconds: 0 });
    const talk = await say(url, `${HEAD}Content-Length: 0\r\n\r\n`.repeat(1_000));
    await talk.closed;
    expect(begun).toBe(8);
  });

  test('that upgrades or tunnels gets neither', async () => {
    const { url } = await serve();
    const tunnel = await say(url, 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n');
    await tunnel.closed;
    expect(tunnel.heard).not.toContain('200');
    const upgrade = await say(url, `${HEAD}Connection: upgrade\r\nUpgrade: h2c\r\n\r\n`);
    await expect.poll(() => upgrade.heard).toMatch(/^HTTP\/1\.1 4/);
  });
});

describe('many connections', () => {
  test('of one address are bounded; those it has go on', async () => {
    const { url } = await serve({ maxConnectionsPerBlock: 2 });
    const kept = [await say(url), await say(url)];
    const request = `${HEAD}Content-Length: 2\r\n\r\n{}`;
    const refused = await say(url);
    await refused.closed;
    expect(refused.heard).toMatch(/^HTTP\/1\.1 429 [\s\S]*TooManyRequests/);
    for (const { socket } of kept) socket.write(request);
    for (const talk of kept) await expect.poll(() => talk.heard).toMatch(/^HTTP\/1\.1 400 /);
    kept[0]?.socket.destroy();
    await expect
      .poll(async () => {
        const next = await say(url, `${request}${HEAD}Connection: close\r\n\r\n`);
        await next.closed;
        return next.heard;
      })
      .toMatch(/^HTTP\/1\.1 400 /);
  });

  test('that wait for their owner give way to the one that asks', async () => {
    const { url } = await serve({ maxConnections: 3 });
    const silent = await say(url);
    const dribbling = await say(url, HEAD);
    const unfinished = await say(url, `${HEAD}Content-Length: 500\r\n\r\n{`);
    for (const talk of [silent, dribbling, unfinished]) {
      expect(talk.socket.closed).toBe(false);
      expect(await granted(url)).toBe(true);
      await talk.closed;
      // What fetch keeps open would be the next to go.
      await say(url);
    }
  });

  test('that wait for us do not give way', async () => {
    const begun = new EventEmitter();
    const { url } = await serve({
      maxConnections: 1,
      handler: async ({ body }) => {
        if (typeof body === 'function') await body();
        const released = once(begun, 'release');
        begun.emit('begin');
        await released;
        return { status: 200, headers: {}, body: 'done' };
      },
    });
    const begins = once(begun, 'begin');
    const running = await say(url, `${HEAD}Content-Length: 2\r\n\r\n{}`);
    await begins;
    await (await say(url)).closed;
    begun.emit('release');
    await expect.poll(() => running.heard).toContain('done');
  });

  test('from behind a proxy are one address and no limit', async () => {
    const { url } = await serve({ maxConnectionsPerBlock: 1, trustProxyHeader: true });
    const talks = [await say(url), await say(url), await say(url)];
    for (const { socket } of talks) socket.write(`${HEAD}Content-Length: 2\r\n\r\n{}`);
    for (const talk of talks) await expect.poll(() => talk.heard).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test('closing cuts a request that does not end, once the grace is over', async () => {
  const server = await startAuthServer({
    handler: () => new Promise(() => undefined),
    closeGraceMilliseconds: 50,
  });
  const talk = await say(server.url, `${HEAD}Content-Length: 2\r\n\r\n{}`);
  const idle = await say(server.url);
  await server.close();
  await Promise.all([talk.closed, idle.closed]);
  expect(talk.heard).toBe('');
});
