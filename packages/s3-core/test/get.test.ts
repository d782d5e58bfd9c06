import { parseObjectKey, readAll } from '@data-universe/storage-core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  backendAt,
  objectAnswer,
  type ScriptedStore,
  s3Error,
  startScriptedStore,
} from './support/scripted-store.ts';

const KEY = parseObjectKey('data/a.parquet');
let store: ScriptedStore;
afterEach(() => store.close());

function answer(body: string, headers: Record<string, string> = {}) {
  const answered = objectAnswer(Buffer.byteLength(body));
  return { ...answered, headers: { ...answered.headers, ...headers }, body };
}

describe('a get', () => {
  it('asks for its range with an inclusive end', async () => {
    store = await startScriptedStore(() => ({
      ...answer('234', { 'content-range': 'bytes 2-4/10' }),
      status: 206,
    }));
    const content = await backendAt(store.endpoint).get(KEY, { range: { start: 2, end: 5 } });
    expect(store.requests[0]?.headers.range).toBe('bytes=2-4');
    expect(content.range).toEqual({ start: 2, end: 5 });
    expect(content.info.size).toBe(10);
    expect(Buffer.from(await readAll(content.body)).toString()).toBe('234');
  });

  it('is empty where the store says that the range lies past the end', async () => {
    store = await startScriptedStore(({ method }) =>
      method === 'HEAD' ? objectAnswer(10) : s3Error(416, 'InvalidRange'),
    );
    const content = await backendAt(store.endpoint).get(KEY, { range: { start: 10 } });
    expect(content.range).toEqual({ start: 10, end: 10 });
    expect(content.info.size).toBe(10);
    expect((await readAll(content.body)).byteLength).toBe(0);
  });

  it('refuses a store that ignores the range', async () => {
    store = await startScriptedStore(() => answer('0123456789'));
    const get = backendAt(store.endpoint).get(KEY, { range: { start: 2, end: 5 } });
    await expect(get).rejects.toMatchObject({ code: 'Unsupported' });
  });

  it('is Unavailable where the body is cut, never a short body', async () => {
    store = await startScriptedStore((_, response) => {
      response.writeHead(200, objectAnswer(1000).headers);
      response.write('0123456789', () => response.destroy());
      return 'handled';
    });
    const { body } = await backendAt(store.endpoint).get(KEY);
    await expect(readAll(body)).rejects.toMatchObject({ code: 'Unavailable', operation: 'get' });
  });

  it('is repeated after an answer that may pass', async () => {
    let asked = 0;
    store = await startScriptedStore(() => (asked++ === 0 ? 'cut' : answer('whole')));
    const { body } = await backendAt(store.endpoint).get(KEY);
    expect(Buffer.from(await readAll(body)).toString()).toBe('whole');
  });

  it('gives up a store that says nothing', async () => {
    store = await startScriptedStore(() => 'handled');
    const backend = backendAt(store.endpoint, { idleTimeoutMs: 50, maxAttempts: 1 });
    const error: unknown = await backend.get(KEY).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'Unavailable', retryable: true });
    expect(String(error)).toContain('no byte came or went for 50 ms');
  });
});

describe('a head', () => {
  it('does not take the checksum of parts for the hash of the object', async () => {
    const checksum = Buffer.alloc(32, 7).toString('base64');
    for (const [value, expected] of [
      [checksum, '07'.repeat(32)],
      [`${checksum}-3`, undefined],
      ['nonsense', undefined],
    ]) {
      const { headers } = objectAnswer(10);
      store = await startScriptedStore(() => ({
        status: 200,
        headers: { ...headers, 'x-amz-checksum-sha256': value ?? '' },
      }));
      expect((await backendAt(store.endpoint).head(KEY)).sha256).toBe(expected);
      await store.close();
    }
  });
});
