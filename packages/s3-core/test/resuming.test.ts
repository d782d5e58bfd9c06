import { parseObjectKey, readAll } from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';
import { httpServer } from './support/raw-server.ts';
import { backendAt, objectAnswer, s3Error } from './support/scripted-store.ts';

const KEY = parseObjectKey('a');
const BYTES = Buffer.from(Array.from({ length: 5_000_000 }, (_, i) => (i * 31) >> 3));

interface Behaviour {
  /** Bytes after which an answer's body is cut; never where undefined. */
  readonly cutAfter?: (request: number) => number | undefined;
  readonly silentAfter?: (request: number) => number | undefined;
  readonly etag?: (request: number) => string;
  readonly ignoresIfMatch?: boolean;
  readonly ignoresRange?: boolean;
}

/** A store of one object, whose answers break off. Returns what it was asked. */
async function breakingStore(behaviour: Behaviour) {
  const seen: { range: string | undefined; ifMatch: string | undefined }[] = [];
  const endpoint = await httpServer((request, response) => {
    const number = seen.length;
    const { range, 'if-match': ifMatch } = request.headers;
    seen.push({ range, ifMatch });
    const etag = behaviour.etag?.(number) ?? '"e1"';
    if (ifMatch !== undefined && ifMatch !== etag && !behaviour.ignoresIfMatch) {
      const { status, headers, body } = s3Error(412, 'PreconditionFailed');
      response.writeHead(status, headers).end(body);
      return;
    }
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    const ranged = first !== undefined && !behaviour.ignoresRange;
    const start = ranged ? Number(first) : 0;
    const end = ranged && last ? Number(last) + 1 : BYTES.length;
    const { headers } = objectAnswer(end - start);
    const contentRange = { 'content-range': `bytes ${start}-${end - 1}/${BYTES.length}` };
    response.writeHead(ranged ? 206 : 200, {
      ...headers,
      etag,
      ...(ranged ? contentRange : {}),
    });
    const cut = behaviour.cutAfter?.(number) ?? behaviour.silentAfter?.(number);
    if (cut === undefined) response.end(BYTES.subarray(start, end));
    else
      response.write(BYTES.subarray(start, start + cut), () => {
        // The client shall have what was sent before it learns of the end.
        if (!behaviour.silentAfter) setTimeout(() => response.destroy(), 20);
      });
  });
  return { endpoint, seen };
}

describe('a read whose connection is cut', () => {
  it('goes on from there, at the same version', async () => {
    const { endpoint, seen } = await breakingStore({
      cutAfter: (request) => (request < 2 ? 1_500_000 : undefined),
    });
    const { body } = await backendAt(endpoint).get(KEY);
    expect(BYTES.equals(await readAll(body))).toBe(true);
    expect(seen).toHaveLength(3);
    expect(seen[0]).toEqual({ range: undefined, ifMatch: undefined });
    for (const { range, ifMatch } of seen.slice(1)) {
      expect(range).toMatch(/^bytes=\d+-4999999$/);
      expect(ifMatch).toBe('"e1"');
    }
  });

  it('goes on within a range', async () => {
    const { endpoint, seen } = await breakingStore({
      cutAfter: (request) => (request === 0 ? 1000 : undefined),
    });
    const range = { start: 100, end: 9_000 };
    const { body } = await backendAt(endpoint).get(KEY, { range });
    expect(BYTES.subarray(100, 9_000).equals(await readAll(body))).toBe(true);
    expect(seen.map((request) => request.range)).toEqual(['bytes=100-8999', 'bytes=1100-8999']);
  });

  it('goes on after a silence', async () => {
    const { endpoint, seen } = await breakingStore({
      silentAfter: (request) => (request === 0 ? 1000 : undefined),
    });
    const { body } = await backendAt(endpoint, { idleTimeoutMs: 60 }).get(KEY);
    expect(BYTES.equals(await readAll(body))).toBe(true);
    expect(seen).toHaveLength(2);
  });

  it('goes on as often as it takes, while each connection is worth it', async () => {
    const { endpoint, seen } = await breakingStore({ cutAfter: () => 1_100_000 });
    const { body } = await backendAt(endpoint, { maxAttempts: 2 }).get(KEY);
    expect(BYTES.equals(await readAll(body))).toBe(true);
    expect(seen).toHaveLength(5);
  });

  it('gives up when nothing comes of it', async () => {
    const { endpoint, seen } = await breakingStore({ cutAfter: () => 10 });
    const { body } = await backendAt(endpoint, { maxAttempts: 3 }).get(KEY);
    await expect(readAll(body)).rejects.toMatchObject({ code: 'Unavailable', operation: 'get' });
    expect(seen).toHaveLength(3);
  });

  it.each([
    ['says so', false],
    ['knows no If-Match', true],
  ])('is PreconditionFailed where the object was replaced and the store %s', async (_, ignores) => {
    const { endpoint } = await breakingStore({
      cutAfter: (request) => (request === 0 ? 1000 : undefined),
      etag: (request) => (request === 0 ? '"e1"' : '"e2"'),
      ignoresIfMatch: ignores,
    });
    const { body } = await backendAt(endpoint).get(KEY);
    await expect(readAll(body)).rejects.toMatchObject({ code: 'PreconditionFailed' });
  });

  it('is Unavailable where the store cannot go on from the middle', async () => {
    const { endpoint } = await breakingStore({
      cutAfter: (request) => (request === 0 ? 1000 : undefined),
      ignoresRange: true,
    });
    const { body } = await backendAt(endpoint).get(KEY);
    await expect(readAll(body)).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('ends with an abort, also between two connections', async () => {
    const controller = new AbortController();
    const { endpoint } = await breakingStore({
      cutAfter: () => {
        setTimeout(() => controller.abort(), 30);
        return 10;
      },
    });
    const { signal } = controller;
    const backend = backendAt(endpoint, { maxAttempts: 50 });
    const { body } = await backend.get(KEY, { signal });
    await expect(readAll(body)).rejects.toMatchObject({ code: 'Aborted' });
    backend.close();
  });
});
