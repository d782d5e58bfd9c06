import type { PresignedRequest } from '@data-universe/core-auth';
import {
  type ByteSource,
  bytesSource,
  parseKeyPrefix,
  parseObjectKey,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';
import { afterEach, describe, expect, it } from 'vitest';
import { FakePresigner, presignedBackendAt } from './support/fake-presigner.ts';
import {
  objectAnswer,
  type ScriptedStore,
  s3Error,
  startScriptedStore,
} from './support/scripted-store.ts';

const key = parseObjectKey('data/x/file');
const prefix = parseKeyPrefix('data/x/');
const body = Buffer.from('the body');
const sha256 = sha256Of(body);
const put = { op: 'put', key, size: body.byteLength, sha256 };

const stores: ScriptedStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

async function startStore(script: Parameters<typeof startScriptedStore>[0]) {
  const store = await startScriptedStore(script);
  stores.push(store);
  return store;
}

/** A store that answers as one that has the body. */
async function setting(
  script: Parameters<typeof startScriptedStore>[0] = ({ method }) =>
    method === 'GET'
      ? { ...objectAnswer(body.byteLength, sha256), body }
      : objectAnswer(method === 'HEAD' ? body.byteLength : 0, sha256),
  bend?: (request: PresignedRequest) => PresignedRequest,
) {
  const store = await startStore(script);
  const presigner = new FakePresigner(store.endpoint, bend);
  return { store, presigner, backend: presignedBackendAt(store.endpoint, presigner) };
}

describe('a request that is signed elsewhere', () => {
  it('is sent with the headers that were signed, and none of the SDK that a store minds', async () => {
    const { store, presigner, backend } = await setting();
    await backend.put(key, bytesSource(body), { sha256 });
    expect(presigner.asked).toEqual([put, { op: 'head', key }]);
    expect(presigner.likely).toEqual([
      { op: 'head', key },
      { op: 'get', key },
    ]);
    const [sent] = store.requests;
    expect(sent?.body).toEqual(body);
    expect(sent?.url).toContain('X-Amz-Signature=0123456789abcdef');
    expect(sent?.url).not.toContain('x-id');
    expect(Object.keys(sent?.headers ?? {}).toSorted()).toEqual([
      'connection',
      'content-length',
      'host',
      'if-none-match',
      'user-agent',
      'x-amz-checksum-sha256',
      'x-amz-content-sha256',
      'x-amz-meta-sha256',
    ]);
  });

  it('goes another way where it is told to, under the name that was signed', async () => {
    const store = await startStore(() => objectAnswer(3, sha256));
    const presigner = new FakePresigner('https://store.example');
    const signedEndpoint = 'https://store.example';
    const backend = presignedBackendAt(store.endpoint, presigner, { signedEndpoint });
    await backend.head(key);
    expect(store.requests[0]?.headers.host).toBe('store.example');
  });

  it('reads a range by the one request for its key', async () => {
    const { store, presigner, backend } = await setting(() => ({
      ...objectAnswer(2, sha256),
      status: 206,
      headers: { ...objectAnswer(2, sha256).headers, 'content-range': 'bytes 1-2/8' },
      body: 'he',
    }));
    const { body: part } = await backend.get(key, { range: { start: 1, end: 3 } });
    expect(Buffer.from(await readAll(part)).toString()).toBe('he');
    expect(presigner.asked).toEqual([{ op: 'get', key }]);
    expect(store.requests[0]?.headers.range).toBe('bytes=1-2');
  });

  it('lists page by page, each behind the last key of the one before', async () => {
    const page = (names: readonly string[], more: boolean) => ({
      status: 200,
      body: `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${names
        .map(
          (name) =>
            `<Contents><Key>data%2Fx%2F${name}</Key><Size>1</Size><ETag>"1"</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`,
        )
        .join(
          '',
        )}${more ? '<NextContinuationToken>token</NextContinuationToken>' : ''}</ListBucketResult>`,
    });
    const { presigner, backend } = await setting(({ url }) =>
      url.includes('start-after') ? page(['c'], false) : page(['a', 'b%20b'], true),
    );
    const keys: string[] = [];
    for await (const item of backend.list(prefix)) keys.push(item.key);
    expect(keys).toEqual(['data/x/a', 'data/x/b b', 'data/x/c']);
    expect(presigner.asked).toEqual([
      { op: 'list', prefix },
      { op: 'list', prefix, start_after: 'data/x/b b' },
    ]);
  });

  it('carries a large body in one put, read as it is sent', async () => {
    const size = 40 * 1024 * 1024;
    const chunk = Buffer.alloc(1024 * 1024, 7);
    const source: ByteSource = {
      size,
      async *stream() {
        for (let at = 0; at < size; at += chunk.byteLength) yield chunk;
      },
    };
    const whole = sha256Of(Buffer.alloc(size, 7));
    const { store, backend } = await setting(({ method }) =>
      objectAnswer(method === 'HEAD' ? size : 0, whole),
    );
    await backend.put(key, source, { sha256: whole });
    expect(store.requests.map(({ method }) => method)).toEqual(['PUT', 'HEAD']);
    expect(store.requests[0]?.body.byteLength).toBe(size);
  });

  it('tells absent from forbidden, as with credentials', async () => {
    const listing = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
    const { presigner, backend } = await setting(({ url }) =>
      url.includes('list-type') ? { status: 200, body: listing } : s3Error(403, 'AccessDenied'),
    );
    await expect(backend.head(key)).rejects.toMatchObject({ code: 'NotFound' });
    expect(presigner.asked.at(-1)).toEqual({ op: 'list', prefix: key, max_keys: 1 });
  });
});

describe('a signature that has expired', () => {
  const refusedOnce = (headers: Record<string, string> = {}) => {
    let first = true;
    return () => {
      const answer = first
        ? { ...s3Error(403, 'AccessDenied'), headers }
        : objectAnswer(body.byteLength, sha256);
      first = false;
      return answer;
    };
  };

  it('is replaced once', async () => {
    const { store, presigner, backend } = await setting(refusedOnce());
    presigner.signedAt = Date.now() - 301_000;
    await backend.head(key);
    expect(presigner.forgotten).toEqual([{ op: 'head', key }]);
    expect(store.requests).toHaveLength(2);
  });

  it('is recognised by the clock of the store, whatever this machine thinks', async () => {
    const late = new Date(Date.now() + 400_000).toUTCString();
    const { store, backend } = await setting(refusedOnce({ date: late }));
    await backend.head(key);
    expect(store.requests).toHaveLength(2);
  });

  it('is not asked for a third time', async () => {
    const { store, presigner, backend } = await setting(() => s3Error(403, 'AccessDenied'));
    presigner.signedAt = Date.now() - 301_000;
    await expect(backend.put(key, bytesSource(body), { sha256 })).rejects.toMatchObject({
      code: 'CredentialsExpired',
      retryable: true,
    });
    expect(store.requests).toHaveLength(2);
  });

  it('is not what every refusal means; none is used again after one', async () => {
    const { store, presigner, backend } = await setting(() => s3Error(403, 'AccessDenied'));
    await expect(backend.head(key)).rejects.toMatchObject({ code: 'PermissionDenied' });
    expect(store.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
    expect(presigner.forgotten[0]).toEqual({ op: 'head', key });
  });
});

describe('a signature for something else', () => {
  const url = (from: string | RegExp, to: string) => (request: PresignedRequest) => ({
    ...request,
    url: request.url.replace(from, () => to),
  });
  const header = (name: string, value: string) => (request: PresignedRequest) => ({
    ...request,
    headers: { ...request.headers, [name]: value },
  });
  const without = (name: string) => (request: PresignedRequest) => {
    const { [name]: _, ...headers } = request.headers;
    return { ...url(new RegExp(`${name};?`), '')(request), headers };
  };
  const cases: Record<string, (request: PresignedRequest) => PresignedRequest> = {
    'another key': url('data/x/file', 'data/x/other'),
    'another bucket': url('/bucket/', '/bucket2/'),
    'another host': url(/127\.0\.0\.1/, 'localhost'),
    'another port': url(/:\d+\//, ':1/'),
    'a user in the URL': url('//', '//user:password@'),
    'another method': (request) => ({ ...request, method: 'GET' }),
    'a subresource': url('?', '?acl&'),
    'a parameter twice': url('?', '?X-Amz-Date=x&'),
    'a header that is not signed': header('x-amz-acl', 'public-read'),
    'a header that is not for a store': (request) =>
      url('host', 'cookie%3Bhost')(header('cookie', 'x')(request)),
    'another length': header('content-length', '7'),
    'another hash': header('x-amz-content-sha256', '00'.repeat(32)),
    'another checksum': header('x-amz-checksum-sha256', 'AAAA'),
    'other metadata': header('x-amz-meta-sha256', '00'),
    'no condition': without('if-none-match'),
    'no hash': without('x-amz-content-sha256'),
  };

  it.each(Object.entries(cases))('is not sent: %s', async (_, bend) => {
    const { store, backend } = await setting(undefined, bend);
    const error = backend.put(key, bytesSource(body), { sha256 });
    await expect(error).rejects.toMatchObject({ code: 'PermissionDenied', retryable: false });
    await expect(error).rejects.not.toMatchObject({
      message: expect.stringContaining('0123456789abcdef'),
    });
    expect(store.requests).toEqual([]);
  });

  it.each([
    ['prefix', /prefix=[^&]*/, 'prefix='],
    ['another start', 'list-type=2', 'list-type=2&start-after=z'],
    ['a delimiter', 'list-type=2', 'list-type=2&delimiter=x'],
    ['no encoding', 'encoding-type=url', 'encoding-type=x'],
  ])('is not listed: %s', async (_, from, to) => {
    const { store, backend } = await setting(undefined, url(from, to));
    await expect(readFirst(backend.list(prefix))).rejects.toMatchObject({
      code: 'PermissionDenied',
    });
    expect(store.requests).toEqual([]);
  });
});

describe('what is not done by presigned requests', () => {
  it('is a put of more than 5 GiB', async () => {
    const { store, backend } = await setting();
    const source = { ...bytesSource(body), size: 5 * 1024 ** 3 + 1 };
    await expect(backend.put(key, source, { sha256 })).rejects.toMatchObject({ code: 'TooLarge' });
    expect(store.requests).toEqual([]);
  });

  it('is a put of nothing, or one that replaces', async () => {
    const { presigner, backend } = await setting();
    const nothing = Buffer.alloc(0);
    for (const attempt of [
      backend.put(key, bytesSource(nothing), { sha256: sha256Of(nothing) }),
      backend.put(key, bytesSource(body), { sha256, ifExists: 'replace' }),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'Unsupported' });
    expect(backend.capabilities).toMatchObject({ createOnly: true, replace: false });
    expect(presigner.asked).toEqual([]);
  });

  it('is to replace, unless the store knows no condition anyway', async () => {
    const { store, presigner } = await setting();
    presigner.createOnly = false;
    const backend = presignedBackendAt(store.endpoint, presigner, { conditionalWrites: false });
    expect(backend.capabilities).toMatchObject({ createOnly: false, replace: true });
    await backend.put(key, bytesSource(body), { sha256, ifExists: 'replace' });
    expect(store.requests[0]?.headers).not.toHaveProperty('if-none-match');
  });
});

describe('a service that does not sign', () => {
  it.each([
    [true, 'Unavailable', 3],
    [false, 'PermissionDenied', 1],
  ])('with retryable: %s is %s', async (retryable, code, times) => {
    const store = await startStore(() => objectAnswer(1));
    let asked = 0;
    const backend = presignedBackendAt(store.endpoint, {
      request: () => {
        asked += 1;
        return Promise.reject(Object.assign(new Error('not now'), { retryable }));
      },
      forget: () => undefined,
      close: () => undefined,
    });
    const error = backend.put(key, bytesSource(body), { sha256 });
    await expect(error).rejects.toMatchObject({ code, message: expect.stringMatching('not now') });
    expect(asked).toBe(times);
    expect(store.requests).toEqual([]);
  });

  it('is left in peace once the store is closed', async () => {
    const { presigner, backend } = await setting();
    backend.close();
    expect(presigner.closed).toBe(true);
  });
});

async function readFirst(items: AsyncIterable<unknown>): Promise<unknown> {
  for await (const item of items) return item;
  return undefined;
}
