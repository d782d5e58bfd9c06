import { bytesSource, sha256Of } from '@data-universe/storage-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey, openStage, type Stage } from './stage.ts';

const KEY = newKey();
const EMPTY = newKey();
const BYTES = Buffer.from('bytes');
const ABSENT = newKey();

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  for (const [key, bytes] of [
    [KEY, BYTES],
    [EMPTY, Buffer.alloc(0)],
  ] as const)
    await stage.backend.put(key, bytesSource(bytes), { sha256: sha256Of(bytes) });
});
afterAll(() => stage.close());

/** Every request is refused until others are asked for; the answer to a HEAD has no body. */
function expire(status: number): void {
  const refreshes = stage.refreshes();
  const body = '<Error><Code>ExpiredToken</Code><Message>says the store</Message></Error>';
  stage.faultOf = (request) => {
    if (stage.refreshes() > refreshes) return undefined;
    return { status, body: request.startsWith('HEAD ') ? '' : body };
  };
}

describe.each([400, 403])(
  'a head that is refused with a bare %i for expired credentials',
  (status) => {
    it('is answered with renewed ones', async () => {
      expire(status);
      expect(await stage.backend.head(KEY)).toMatchObject({ size: BYTES.length });
      expire(status);
      expect(await stage.backend.head(EMPTY)).toMatchObject({ size: 0 });
    });

    it('still says that no object has the key', async () => {
      expire(status);
      await expect(stage.backend.head(ABSENT)).rejects.toMatchObject({ code: 'NotFound' });
    });

    it('does not stop a put, small or in parts', async () => {
      for (const size of [1_000, 6 * 1024 * 1024]) {
        const bytes = Buffer.alloc(size, status);
        expire(status);
        const put = stage.backend.put(newKey(), bytesSource(bytes), { sha256: sha256Of(bytes) });
        expect(await put).toMatchObject({ size });
      }
    });
  },
);

it('a head that is refused for good, without a word, is an error and no absence', async () => {
  stage.faultOf = (request) =>
    request.startsWith('HEAD ') ? { status: 400, body: '' } : undefined;
  await expect(stage.backend.head(KEY)).rejects.toMatchObject({
    code: 'Unknown',
    operation: 'head',
  });
  stage.faultOf = () => ({ status: 400, body: '<Error><Code>ExpiredToken</Code></Error>' });
  await expect(stage.backend.head(KEY)).rejects.toMatchObject({ code: 'CredentialsExpired' });
});
