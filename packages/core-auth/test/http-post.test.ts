import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HttpPost, HttpTimeoutError, httpPost } from '../src/http-post.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function startServer(handler: Handler): Promise<URL> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString('utf8')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/path?key`);
}

function postTo(url: URL, changes: Partial<HttpPost> = {}) {
  return httpPost({
    url,
    headers: {},
    body: 'ü',
    timeoutMs: 20_000,
    maxAnswerBytes: 100,
    ...changes,
  });
}

const textOf = (body: Uint8Array | undefined) => Buffer.from(body ?? []).toString('utf8');

describe('a POST', () => {
  it('carries its path, headers and body, and gives the answer whatever its status', async () => {
    const url = await startServer((request, response, body) => {
      const { 'content-length': length, 'x-name': name } = request.headers;
      response.writeHead(403).end(`${request.method} ${request.url} ${name} ${length} ${body}`);
    });
    const { status, body } = await postTo(url, { headers: { 'x-name': 'value' } });
    expect([status, textOf(body)]).toEqual([403, 'POST /path?key value 2 ü']);
  });

  it('follows no redirect', async () => {
    const url = await startServer((_, response) => {
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect((await postTo(url)).status).toBe(307);
  });

  it('keeps its connection', async () => {
    const sockets = new Set<Socket>();
    const url = await startServer((request, response) => {
      sockets.add(request.socket);
      response.end();
    });
    for (const _ of [1, 2, 3]) await postTo(url);
    expect(sockets.size).toBe(1);
  });

  it('has an answer of as many bytes as it allows, and none of one more', async () => {
    const url = await startServer((_, response, size) => response.end('x'.repeat(Number(size))));
    expect(textOf((await postTo(url, { body: '100' })).body)).toHaveLength(100);
    expect((await postTo(url, { body: '101' })).body).toBeUndefined();
  });

  it('ends after its time, before and during the answer, and is not repeated', async () => {
    let seen = 0;
    const url = await startServer((_, response, body) => {
      seen += 1;
      if (body === 'half') response.writeHead(200, { 'content-length': '10' }).write('12345');
    });
    for (const body of ['none', 'half']) {
      const posting = postTo(url, { body, timeoutMs: 50, repeatable: true });
      await expect(posting).rejects.toThrow(HttpTimeoutError);
    }
    expect(seen).toBe(2);
  });

  it('ends with its signal, before and during the answer', async () => {
    const url = await startServer((_, response, body) => {
      if (body === 'half') response.writeHead(200, { 'content-length': '10' }).write('12345');
    });
    for (const body of ['none', 'half']) {
      const signal = AbortSignal.timeout(50);
      const error = await postTo(url, { body, signal }).catch((thrown: unknown) => thrown);
      expect(error).toBe(signal.reason);
    }
    const aborted = AbortSignal.abort('enough');
    await expect(postTo(url, { signal: aborted })).rejects.toBe('enough');
  });

  it('fails with the system’s error where nobody listens', async () => {
    const url = await startServer(() => undefined);
    url.port = String(await closedPort());
    await expect(postTo(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a kept connection that proves dead', () => {
  /** Ends the connection of each second request without an answer. */
  async function startForgetful(): Promise<{ url: URL; seen: string[] }> {
    const seen: string[] = [];
    const served = new WeakSet<Socket>();
    const url = await startServer((request, response, body) => {
      seen.push(body);
      if (served.has(request.socket)) {
        request.socket.destroy();
        return;
      }
      served.add(request.socket);
      response.end('done');
    });
    return { url, seen };
  }

  it('is replaced by a new one for what may be repeated', async () => {
    const { url, seen } = await startForgetful();
    await postTo(url, { body: 'first' });
    const { body } = await postTo(url, { body: 'second', repeatable: true });
    expect(textOf(body)).toBe('done');
    expect(seen).toEqual(['first', 'second', 'second']);
  });

  it('is an error for what may not', async () => {
    const { url, seen } = await startForgetful();
    await postTo(url, { body: 'first' });
    await expect(postTo(url, { body: 'second' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(seen).toEqual(['first', 'second']);
  });

  it('is not tried for ever', async () => {
    const url = await startServer((request) => request.socket.destroy());
    const posting = postTo(url, { repeatable: true });
    await expect(posting).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
