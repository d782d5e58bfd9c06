import {
  bytesSource,
  isStorageError,
  type PutOptions,
  parseObjectKey,
  sha256Of,
} from '@data-universe/storage-core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  backendAt,
  CREDENTIALS,
  objectAnswer,
  type ScriptedAnswer,
  type ScriptedStore,
  s3Error,
  startScriptedStore,
} from './support/scripted-store.ts';

const KEY = parseObjectKey('data/a b+c.parquet');
const BYTES = Buffer.from('PAR1 and so on PAR1');
const SHA256 = sha256Of(BYTES);
const BASE64 = Buffer.from(SHA256, 'hex').toString('base64');
const HEAD = objectAnswer(BYTES.length, SHA256);
const STORED: ScriptedAnswer = {
  status: 200,
  headers: { etag: '"e1"', 'x-amz-checksum-sha256': BASE64 },
};

let store: ScriptedStore;
afterEach(() => store.close());

/** Answers PUT after PUT as given, and every HEAD as `head`. */
async function script(puts: (ScriptedAnswer | 'cut')[], head: ScriptedAnswer = HEAD) {
  const answers = puts.values();
  store = await startScriptedStore(({ method }) =>
    method === 'HEAD' ? head : (answers.next().value ?? s3Error(500, 'NoMoreAnswers')),
  );
  return backendAt(store.endpoint);
}

function put(backend: ReturnType<typeof backendAt>, options: Partial<PutOptions> = {}) {
  return backend.put(KEY, bytesSource(BYTES), { sha256: SHA256, ...options });
}

function methods(): string[] {
  return store.requests.map((request) => request.method);
}

describe('a put on the wire', () => {
  it('streams the plain body with its length, its checksum and a signature over its hash', async () => {
    const backend = await script([STORED]);
    const receipt = await put(backend);
    const [request] = store.requests;
    expect(request?.url).toMatch(/^\/bucket\/data\/a%20b%2Bc\.parquet/);
    expect(request?.body.equals(BYTES)).toBe(true);
    expect(request?.headers).toMatchObject({
      'content-length': String(BYTES.length),
      'x-amz-checksum-sha256': BASE64,
      'x-amz-content-sha256': SHA256,
      'x-amz-meta-sha256': SHA256,
      'if-none-match': '*',
    });
    expect(request?.headers).not.toHaveProperty('content-encoding');
    expect(request?.headers).not.toHaveProperty('transfer-encoding');
    expect(request?.headers).not.toHaveProperty('x-amz-trailer');
    expect(request?.headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/);
    expect(receipt).toEqual({
      key: KEY,
      size: BYTES.length,
      version: 'e1',
      modifiedAt: new Date('2025-02-04T10:00:00Z'),
      sha256: SHA256,
    });
  });

  it('sends no checksum header to a store that wants none', async () => {
    store = await startScriptedStore(({ method }) => (method === 'HEAD' ? HEAD : STORED));
    const settings = { checksumMode: 'when-required', verifyAfterPut: 'trust-store' } as const;
    await put(backendAt(store.endpoint, settings));
    for (const { headers } of store.requests)
      for (const name of Object.keys(headers)) expect(name).not.toMatch(/checksum|trailer/);
    expect(store.requests[0]?.headers['x-amz-content-sha256']).toBe(SHA256);
  });

  it('sends no condition with a replacement', async () => {
    const backend = await script([STORED]);
    await put(backend, { ifExists: 'replace' });
    expect(store.requests[0]?.headers).not.toHaveProperty('if-none-match');
  });

  it('never completes a body whose hash is wrong', async () => {
    const backend = await script([STORED]);
    const wrong = put(backend, { sha256: sha256Of(Buffer.from('other')) });
    await expect(wrong).rejects.toMatchObject({ code: 'ChecksumMismatch' });
    expect(store.requests).toEqual([]);
  });

  it('gives a receipt to credentials that may write and not read', async () => {
    const backend = await script([STORED], { status: 403 });
    expect(await put(backend)).toMatchObject({ size: BYTES.length, version: 'e1', sha256: SHA256 });
  });
});

describe('a put that fails', () => {
  it.each<[string, ScriptedAnswer | 'cut']>([
    ['503', s3Error(503, 'SlowDown')],
    ['500', s3Error(500, 'InternalError')],
    ['a racing writer', s3Error(409, 'ConditionalRequestConflict')],
    ['a cut connection', 'cut'],
    ['damage on its way', s3Error(400, 'XAmzContentSHA256Mismatch')],
    ['damage that its checksum tells', s3Error(400, 'BadDigest')],
  ])('is repeated with a fresh body after %s', async (_, failure) => {
    const backend = await script([failure, STORED]);
    await put(backend);
    expect(methods()).toEqual(['PUT', 'PUT', 'HEAD']);
    expect(store.requests[1]?.body.equals(BYTES)).toBe(true);
  });

  it('is repeated as often as allowed, and then is its last error', async () => {
    const backend = await script(['cut', 'cut', s3Error(503, 'SlowDown'), STORED]);
    await expect(put(backend)).rejects.toMatchObject({ code: 'RateLimited' });
    expect(methods()).toEqual(['PUT', 'PUT', 'PUT']);
  });

  it('is not repeated where that cannot help', async () => {
    const backend = await script([s3Error(403, 'AccessDenied'), STORED]);
    await expect(put(backend)).rejects.toMatchObject({ code: 'PermissionDenied' });
    expect(methods()).toEqual(['PUT']);
  });

  it('is AlreadyExists where the key is taken', async () => {
    const backend = await script([s3Error(412, 'PreconditionFailed')]);
    await expect(put(backend)).rejects.toMatchObject({ code: 'AlreadyExists' });
    expect(methods()).toEqual(['PUT', 'HEAD']);
  });

  it('has succeeded where its lost first try put these very bytes', async () => {
    const backend = await script(['cut', s3Error(412, 'PreconditionFailed')]);
    expect(await put(backend)).toMatchObject({ version: 'e1', sha256: SHA256 });
  });

  it('is AlreadyExists where the same bytes came from a writer that raced it', async () => {
    const conflict = s3Error(409, 'ConditionalRequestConflict');
    const backend = await script([conflict, s3Error(412, 'PreconditionFailed')]);
    await expect(put(backend)).rejects.toMatchObject({ code: 'AlreadyExists' });
  });

  it.each<[string, ScriptedAnswer]>([
    ['other bytes', objectAnswer(BYTES.length, sha256Of(Buffer.from('other')))],
    ['bytes nobody vouches for', objectAnswer(BYTES.length)],
    ['an object of another size', objectAnswer(BYTES.length + 1, SHA256)],
    ['an object it may not see', { status: 403 }],
  ])('is AlreadyExists where after a lost try the key holds %s', async (_, head) => {
    const backend = await script(['cut', s3Error(412, 'PreconditionFailed')], head);
    await expect(put(backend)).rejects.toMatchObject({ code: 'AlreadyExists' });
  });

  it('stops between tries when it is aborted', async () => {
    const controller = new AbortController();
    store = await startScriptedStore(() => {
      controller.abort();
      return s3Error(500, 'InternalError');
    });
    const aborted = put(backendAt(store.endpoint), { signal: controller.signal });
    await expect(aborted).rejects.toMatchObject({ code: 'Aborted' });
    expect(methods()).toEqual(['PUT']);
  });
});

describe('credentials that the store calls expired', () => {
  it('are asked for anew, and the put goes through', async () => {
    store = await startScriptedStore(({ method, headers }) => {
      if (headers['x-amz-security-token'] !== 'fresh') return s3Error(400, 'ExpiredToken');
      return method === 'HEAD' ? HEAD : STORED;
    });
    const asked: boolean[] = [];
    const backend = backendAt(store.endpoint, {
      credentials: async ({ forceRefresh }) => {
        asked.push(forceRefresh);
        return asked.includes(true)
          ? { ...CREDENTIALS, accessKeyId: 'AKIDFRESH', sessionToken: 'fresh' }
          : CREDENTIALS;
      },
    });
    await put(backend);
    expect(asked.filter((force) => force)).toEqual([true]);
    expect(methods()).toEqual(['PUT', 'PUT', 'HEAD']);
  });

  it('fail the put when they come back', async () => {
    store = await startScriptedStore(() => s3Error(400, 'ExpiredToken'));
    const error = await put(backendAt(store.endpoint, { maxAttempts: 9 })).catch((e: unknown) => e);
    expect(isStorageError(error, 'CredentialsExpired')).toBe(true);
    expect(methods()).toEqual(['PUT', 'PUT']);
  });
});
