import { parseObjectKey } from '@data-universe/storage-core';
import { afterEach, describe, expect, test } from 'vitest';
import {
  backendAt,
  type ScriptedAnswer,
  type ScriptedStore,
  s3Error,
  startScriptedStore,
} from './support/scripted-store.ts';

const key = parseObjectKey('data/x/owner/file');
const DENIED = s3Error(403, 'AccessDenied');

let store: ScriptedStore;
afterEach(() => store.close());

function listing(...keys: string[]): ScriptedAnswer {
  const contents = keys.map((found) => `<Contents><Key>${found}</Key><Size>1</Size></Contents>`);
  const body = `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** A store that refuses to read, and lists as it is told. */
async function readFrom(list: ScriptedAnswer) {
  store = await startScriptedStore(({ url }) => (url.includes('list-type=2') ? list : DENIED));
  return backendAt(store.endpoint, { maxAttempts: 1 });
}

describe('an object that may not be read', () => {
  test.each<[string, ScriptedAnswer, string]>([
    ['is absent where the listing of its key is empty', listing(), 'NotFound'],
    ['is absent where only a longer key is there', listing(`${key}.more`), 'NotFound'],
    ['is forbidden where it is listed', listing(key), 'PermissionDenied'],
    ['is forbidden where listing is forbidden too', DENIED, 'PermissionDenied'],
    ['is not called absent where the listing fails', s3Error(503, 'SlowDown'), 'RateLimited'],
    [
      'is not called absent by expired credentials',
      s3Error(400, 'ExpiredToken'),
      'CredentialsExpired',
    ],
  ])('%s', async (_, list, code) => {
    const backend = await readFrom(list);
    await expect(backend.get(key)).rejects.toMatchObject({ name: 'StorageError', code });
    await expect(backend.head(key)).rejects.toMatchObject({ name: 'StorageError', code });
  });

  test('has a listing of nothing but its own key asked for', async () => {
    const backend = await readFrom(listing());
    await expect(backend.get(key)).rejects.toMatchObject({ code: 'NotFound' });
    const { searchParams } = new URL(store.requests[1]?.url ?? '', store.endpoint);
    expect(searchParams.get('prefix')).toBe(key);
    expect(searchParams.get('max-keys')).toBe('1');
  });
});
