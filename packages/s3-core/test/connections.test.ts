import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bytesSource,
  isStorageError,
  parseKeyPrefix,
  parseObjectKey,
  readAll,
  type StorageError,
  sha256Of,
} from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';
import { httpServer, rawServer } from './support/raw-server.ts';
import { backendAt, objectAnswer, s3Error, startScriptedStore } from './support/scripted-store.ts';

const KEY = parseObjectKey('a');
const LARGE = Buffer.alloc(12 * 1024 * 1024, 7);
const SHA256 = sha256Of(LARGE);

async function errorOf(work: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!isStorageError(error)) throw error;
  return error;
}

describe('a store that keeps silent', () => {
  it('while a TLS connection is made is Unavailable', async () => {
    const port = await rawServer(() => undefined);
    const settings = { connectTimeoutMs: 50, maxAttempts: 1 };
    const error = await errorOf(backendAt(`https://127.0.0.1:${port}`, settings).head(KEY));
    expect(error).toMatchObject({ code: 'Unavailable', retryable: true });
    expect(error.message).toContain('no connection within 50 ms');
  });

  it('in the middle of a body that it is sent is Unavailable', async () => {
    const port = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        socket.pause();
      });
    });
    const backend = backendAt(`http://127.0.0.1:${port}`, { idleTimeoutMs: 80, maxAttempts: 1 });
    const error = await errorOf(backend.put(KEY, bytesSource(LARGE), { sha256: SHA256 }));
    expect(error).toMatchObject({ code: 'Unavailable', operation: 'put' });
    expect(error.message).toContain('no byte came or went for 80 ms');
  });

  it('and drips is ended by the limit of the call', async () => {
    const port = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-a: b\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    const backend = backendAt(`http://127.0.0.1:${port}`, { callTimeoutMs: 150 });
    for (const call of [
      () => backend.head(KEY),
      () => backend.get(KEY),
      () => backend.list(parseKeyPrefix('')).next(),
      () => backend.put(KEY, bytesSource(Buffer.from('a')), { sha256: sha256Of(Buffer.from('a')) }),
    ]) {
      const error = await errorOf(call());
      expect(error).toMatchObject({ code: 'Unavailable', retryable: true });
      expect(error.message).toContain('longer than the 150 ms');
    }
  });

  it('is left at once when its caller aborts', async () => {
    const port = await rawServer(() => undefined);
    const controller = new AbortController();
    const { signal } = controller;
    const backend = backendAt(`http://127.0.0.1:${port}`);
    const calls = [
      backend.head(KEY, { signal }),
      backend.get(KEY, { signal }),
      backend.put(KEY, bytesSource(LARGE), { sha256: SHA256, signal }),
    ].map(errorOf);
    setTimeout(() => controller.abort(), 20);
    for (const error of await Promise.all(calls)) expect(error.code).toBe('Aborted');
  });
});

describe('a reader that never comes back', () => {
  it('has left its connection with its abort', async () => {
    let closed = false;
    const endpoint = await httpServer((_, response) => {
      response.on('close', () => {
        closed = true;
      });
      response.writeHead(200, objectAnswer(LARGE.length).headers).write('some');
    });
    const controller = new AbortController();
    await backendAt(endpoint).get(KEY, { signal: controller.signal });
    controller.abort();
    await expect.poll(() => closed).toBe(true);
  });
});

describe('a reader that pauses', () => {
  it('is not taken for a store that does', async () => {
    const endpoint = await httpServer((_, response) => {
      response.writeHead(200, objectAnswer(LARGE.length).headers).end(LARGE);
    });
    let requests = 0;
    const backend = backendAt(endpoint, {
      idleTimeoutMs: 60,
      credentials: async () => {
        requests += 1;
        return { accessKeyId: 'a', secretAccessKey: 'b' };
      },
    });
    const { body } = await backend.get(KEY);
    let bytes = 0;
    for await (const chunk of body) {
      if (bytes === 0) await sleep(250);
      bytes += chunk.byteLength;
    }
    expect(bytes).toBe(LARGE.length);
    expect(requests).toBe(1);
    backend.close();
  });
});

describe('Expect: 100-continue', () => {
  it('spares the body of a large put that is refused', async () => {
    let received = 0;
    const endpoint = await httpServer(
      () => undefined,
      (server) =>
        server.on('checkContinue', (request, response: ServerResponse) => {
          request.on('data', (chunk: Buffer) => {
            received += chunk.length;
          });
          const { status, headers, body } = s3Error(403, 'AccessDenied');
          response.writeHead(status, headers).end(body);
        }),
    );
    const backend = backendAt(endpoint);
    const error = await errorOf(backend.put(KEY, bytesSource(LARGE), { sha256: SHA256 }));
    expect(error.code).toBe('PermissionDenied');
    expect(received).toBe(0);
  });

  it('does not keep a put from a store that never answers it', async () => {
    const endpoint = await httpServer(
      (_, response) => response.writeHead(200, objectAnswer(LARGE.length, SHA256).headers).end(),
      (server) =>
        server.on('checkContinue', (request, response: ServerResponse) => {
          request.resume();
          const { headers } = objectAnswer(LARGE.length, SHA256);
          request.on('end', () => {
            response.writeHead(200, { ...headers, 'content-length': '0' }).end();
          });
        }),
    );
    const backend = backendAt(endpoint);
    const put = () => backend.put(KEY, bytesSource(LARGE), { sha256: SHA256 });
    expect((await put()).sha256).toBe(SHA256);
    expect((await put()).sha256).toBe(SHA256);
    backend.close();
  });
});

describe('connections', () => {
  it('are no more than allowed, and all the requests get their turn', async () => {
    let open = 0;
    let most = 0;
    const store = await startScriptedStore(async () => {
      open += 1;
      most = Math.max(most, open);
      await sleep(20);
      open -= 1;
      return objectAnswer(5);
    });
    // Waiting for a turn is not connecting: it may take longer.
    const backend = backendAt(store.endpoint, { maxConnections: 2, connectTimeoutMs: 15 });
    await Promise.all(Array.from({ length: 10 }, () => backend.head(KEY)));
    expect(most).toBe(2);
    backend.close();
    await store.close();
  });

  it('are used again after a body was read and after one was left', async () => {
    let connections = 0;
    const endpoint = await httpServer(
      (_, response) => response.writeHead(200, objectAnswer(3).headers).end('abc'),
      (server) =>
        server.on('connection', () => {
          connections += 1;
        }),
    );
    const backend = backendAt(endpoint, { maxConnections: 1 });
    for (let i = 0; i < 3; i++)
      expect((await readAll((await backend.get(KEY)).body)).length).toBe(3);
    expect(connections).toBe(1);
    for await (const _ of (await backend.get(KEY)).body) break;
    expect((await readAll((await backend.get(KEY)).body)).length).toBe(3);
    backend.close();
  });
});

it('a connection that ends in nonsense is Unavailable', async () => {
  const port = await rawServer((socket) => {
    void once(socket, 'data').then(() => socket.end('this is not HTTP\r\n\r\n'));
  });
  const error = await errorOf(backendAt(`http://127.0.0.1:${port}`, { maxAttempts: 1 }).head(KEY));
  expect(error).toMatchObject({ code: 'Unavailable' });
  expect(error.message).toContain('the answer is not HTTP');
});
