import { bytesSource, parseKeyPrefix, sha256Of } from '@data-universe/storage-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MEBIBYTE, newKey, openStage, type Stage, watchedSource } from './stage.ts';

const SMALL = watchedSource(MEBIBYTE).bytes;
const LARGE = watchedSource(12 * MEBIBYTE).bytes;

describe('a store that refuses connections', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ maxAttempts: 2 });
    await stage.proxy.stop();
  });
  afterAll(() => stage.close());

  const put = (bytes: Buffer, key = newKey()) =>
    stage.backend.put(key, bytesSource(bytes), { sha256: sha256Of(bytes) });
  const requests: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['a put', () => put(SMALL)],
    ['a put in parts', () => put(LARGE)],
    ['a get', () => stage.backend.get(newKey())],
    ['a head', () => stage.backend.head(newKey())],
    [
      'a listing',
      async () => {
        for await (const _ of stage.backend.list(parseKeyPrefix('any/')));
      },
    ],
  ];

  it.each(requests)('is unavailable to %s, which may be tried again', async (_, request) => {
    await expect(request()).rejects.toMatchObject({
      name: 'StorageError',
      code: 'Unavailable',
      retryable: true,
    });
  });

  it('is served as before once it is back', async () => {
    await stage.proxy.start();
    const key = newKey();
    await put(LARGE, key);
    expect(sha256Of((await stage.stored(key)) ?? Buffer.alloc(0))).toBe(sha256Of(LARGE));
    expect(await stage.openUploads('')).toEqual([]);
  });
});
