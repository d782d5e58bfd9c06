import { inspect } from 'node:util';
import { isStorageError, StorageError, type StorageErrorCode } from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';

const SECRET = 'AQoDYXdzEJr-session-token';

function errorWith(code: StorageErrorCode): StorageError {
  const cause = Object.assign(new Error('vendor'), { headers: { authorization: SECRET } });
  return new StorageError({ code, operation: 'put', key: 'a\nb', message: 'it failed', cause });
}

describe('StorageError', () => {
  it('keeps its cause for code and out of everything printed', () => {
    const error = errorWith('Unknown');
    expect(error.cause).toBeInstanceOf(Error);
    const wrapped = new Error('outer', { cause: error });
    for (const text of [inspect(error, { depth: 9 }), inspect(wrapped, { depth: 9 })])
      expect(text).not.toContain(SECRET);
    expect(JSON.stringify(error)).not.toContain(SECRET);
    expect(error.stack).not.toContain(SECRET);
  });

  it('says what it did to which key, quoted', () => {
    expect(errorWith('Unknown').message).toBe('put "a\\nb": it failed (Unknown)');
  });

  it('is retryable where the same call may succeed later', () => {
    const codes: StorageErrorCode[] = ['CredentialsExpired', 'RateLimited', 'Unavailable'];
    for (const code of codes) expect(errorWith(code).retryable).toBe(true);
    expect(errorWith('PermissionDenied').retryable).toBe(false);
  });

  it('is recognised by its code', () => {
    expect(isStorageError(errorWith('NotFound'), 'NotFound')).toBe(true);
    expect(isStorageError(errorWith('NotFound'), 'Aborted')).toBe(false);
    expect(isStorageError(new Error('NotFound'))).toBe(false);
  });
});
