import { inspect } from 'node:util';
import {
  isStorageError,
  type ObjectInfo,
  parseKeyPrefix,
  parseObjectKey,
  type StorageError,
} from '@data-universe/storage-core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  backendAt,
  CREDENTIALS,
  type ScriptedAnswer,
  type ScriptedStore,
  s3Error,
  startScriptedStore,
} from './support/scripted-store.ts';

const KEY = parseObjectKey('data/a.parquet');
let store: ScriptedStore | undefined;
afterEach(() => store?.close());

async function errorOf(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!isStorageError(error)) throw error;
  return error;
}

async function errorFor(answer: ScriptedAnswer | 'cut'): Promise<StorageError> {
  store = await startScriptedStore(() => answer);
  const backend = backendAt(store.endpoint, { maxAttempts: 1 });
  const error = await errorOf(backend.get(KEY));
  backend.close();
  return error;
}

async function firstOf(list: AsyncIterable<ObjectInfo>): Promise<ObjectInfo | undefined> {
  for await (const info of list) return info;
  return undefined;
}

describe('an answer of the store becomes a StorageError', () => {
  it.each([
    [404, 'NoSuchKey', 'NotFound'],
    [404, 'NoSuchBucket', 'Unknown'],
    [403, 'AccessDenied', 'PermissionDenied'],
    [403, 'InvalidAccessKeyId', 'PermissionDenied'],
    [403, 'SignatureDoesNotMatch', 'PermissionDenied'],
    [403, 'RequestTimeTooSkewed', 'PermissionDenied'],
    [403, 'SomethingNew', 'PermissionDenied'],
    [400, 'ExpiredToken', 'CredentialsExpired'],
    [400, 'InvalidToken', 'CredentialsExpired'],
    [412, 'PreconditionFailed', 'PreconditionFailed'],
    [409, 'ConditionalRequestConflict', 'Unavailable'],
    [503, 'SlowDown', 'RateLimited'],
    [429, 'TooManyRequests', 'RateLimited'],
    [503, 'ServiceUnavailable', 'Unavailable'],
    [500, 'InternalError', 'Unavailable'],
    [400, 'BadDigest', 'ChecksumMismatch'],
    [400, 'XAmzContentSHA256Mismatch', 'ChecksumMismatch'],
    [400, 'EntityTooLarge', 'TooLarge'],
    [400, 'RequestTimeout', 'Unavailable'],
    [411, 'MissingContentLength', 'Unsupported'],
    [501, 'NotImplemented', 'Unsupported'],
    [400, 'AuthorizationHeaderMalformed', 'Unknown'],
    [301, 'PermanentRedirect', 'Unknown'],
    [400, 'SomethingNew', 'Unknown'],
  ])('%i %s is %s', async (status, s3Code, code) => {
    const error = await errorFor(s3Error(status, s3Code));
    expect(error.code).toBe(code);
    expect(error).toMatchObject({ operation: 'get', key: KEY });
    expect(error.message).toContain(`status ${status}`);
    expect(error.message).toContain('bucket');
  });

  it.each([
    [502, '<html>Bad gateway</html>', 'Unavailable'],
    [429, '', 'RateLimited'],
    [403, 'not xml <', 'PermissionDenied'],
    [418, '', 'Unknown'],
  ])('a bare %i with %j is %s', async (status, body, code) => {
    expect((await errorFor({ status, body })).code).toBe(code);
  });

  it('a connection that is cut is Unavailable', async () => {
    const error = await errorFor('cut');
    expect(error).toMatchObject({ code: 'Unavailable', retryable: true });
    expect(error.message).toContain('the connection was cut');
  });

  it('a listing that cannot be read is an error, not an empty one', async () => {
    store = await startScriptedStore(() => ({ status: 200, body: '<ListBucketResult><Cont' }));
    const backend = backendAt(store.endpoint, { maxAttempts: 1 });
    const error = await errorOf(firstOf(backend.list(parseKeyPrefix('data/'))));
    expect(error.code).toBe('Unavailable');
  });

  it('a store that is not there is Unavailable, and named', async () => {
    store = await startScriptedStore(() => 'cut');
    const { endpoint } = store;
    await store.close();
    const error = await errorOf(backendAt(endpoint, { maxAttempts: 1 }).head(KEY));
    expect(error).toMatchObject({ code: 'Unavailable', retryable: true });
    expect(error.message).toContain(endpoint);
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('a bare refusal of credentials past their time is CredentialsExpired', async () => {
    const expired = { ...CREDENTIALS, expiration: new Date(Date.now() - 1000) };
    store = await startScriptedStore(() => ({ status: 400 }));
    const backend = backendAt(store.endpoint, {
      maxAttempts: 1,
      credentials: async () => expired,
    });
    expect((await errorOf(backend.head(KEY))).code).toBe('CredentialsExpired');
  });
});

describe('credentials', () => {
  it('that cannot be had fail the call as their own error says', async () => {
    for (const retryable of [true, false]) {
      const backend = backendAt('http://127.0.0.1:9', {
        maxAttempts: 1,
        credentials: () =>
          Promise.reject(Object.assign(new Error('not registered'), { retryable })),
      });
      const error = await errorOf(backend.head(KEY));
      expect(error.code).toBe(retryable ? 'Unavailable' : 'PermissionDenied');
      expect(error.message).toContain('not registered');
    }
  });

  it('appear in no error, though the store sends them back', async () => {
    const { secretAccessKey, sessionToken } = CREDENTIALS;
    store = await startScriptedStore(({ headers }) => ({
      status: 400,
      body: `<Error><Code>InvalidToken</Code><Message>bad ${sessionToken} ${headers.authorization}</Message><Token-0>${sessionToken}</Token-0><StringToSign>${secretAccessKey}</StringToSign></Error>`,
    }));
    const backend = backendAt(store.endpoint);
    const error = await errorOf(backend.get(KEY));
    const signature = /Signature=([0-9a-f]+)/.exec(
      store.requests.at(-1)?.headers.authorization ?? '',
    )?.[1];
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    const printed = [
      inspect(error, { depth: 12, showHidden: true }),
      inspect(error.cause, { depth: 12, showHidden: true }),
      inspect(backend, { depth: 12, showHidden: true }),
      JSON.stringify(error),
      String(error.stack),
    ].join('\n');
    for (const secret of [secretAccessKey, sessionToken, String(signature)])
      expect(printed).not.toContain(secret);
  });
});

describe('options', () => {
  it.each([
    { endpoint: 'not a url' },
    { endpoint: 'ftp://store' },
    { endpoint: 'http://user:password@store' },
    { bucket: '' },
    { bucket: 'a/b' },
    { region: '' },
    { maxAttempts: 0 },
    { idleTimeoutMs: 0 },
  ])('such as %j are refused', (options) => {
    expect(() => backendAt('http://127.0.0.1:9', options)).toThrow(TypeError);
  });
});
