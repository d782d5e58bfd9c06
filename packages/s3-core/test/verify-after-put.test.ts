import type { S3Settings } from '@data-universe/s3-core';
import { bytesSource, parseObjectKey, sha256Of } from '@data-universe/storage-core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  backendAt,
  objectAnswer,
  type ScriptedAnswer,
  type ScriptedStore,
  s3Error,
  startScriptedStore,
} from './support/scripted-store.ts';

const KEY = parseObjectKey('a');
const BYTES = Buffer.from('what was sent');
const SHA256 = sha256Of(BYTES);
const CHECKSUM = Buffer.from(SHA256, 'hex').toString('base64');
const MIB = 1024 * 1024;

let store: ScriptedStore;
afterEach(() => store.close());

interface Behaviour {
  /** What it says it has checked, on puts, completions and HEADs. */
  readonly checksum?: string;
  readonly holds?: Buffer;
  readonly get?: ScriptedAnswer;
  readonly put?: ScriptedAnswer;
  readonly etag?: string;
}

/** A store that keeps metadata, as all do, and has checksums of its own only where told. */
async function storeThat({ checksum, holds = BYTES, get, put, etag }: Behaviour) {
  const own: Record<string, string> =
    checksum === undefined ? {} : { 'x-amz-checksum-sha256': checksum };
  const { headers } = objectAnswer(holds.length);
  const object = { ...headers, 'x-amz-meta-sha256': SHA256 };
  store = await startScriptedStore(({ method, headers: asked }) => {
    if (method === 'HEAD') return { status: 200, headers: { ...object, ...own } };
    if (method === 'GET') {
      expect(asked['if-match']).toBe('"e1"');
      return get ?? { status: 200, headers: { ...object, etag: etag ?? '"e1"' }, body: holds };
    }
    return put ?? { status: 200, headers: { etag: '"e1"', ...own } };
  });
  return {
    put: (settings: S3Settings = {}) =>
      backendAt(store.endpoint, settings).put(KEY, bytesSource(BYTES), { sha256: SHA256 }),
  };
}

const readBack = () => store.requests.some(({ method }) => method === 'GET');

describe('a put to a store that says nothing of checksums', () => {
  it('is proved by reading the object back', async () => {
    const { put } = await storeThat({});
    expect(await put()).toMatchObject({ sha256: SHA256, version: 'e1' });
    expect(readBack()).toBe(true);
  });

  it.each([
    ['other bytes', Buffer.from('what was kept')],
    ['fewer bytes', BYTES.subarray(1)],
    ['nothing', Buffer.alloc(0)],
  ])('is ChecksumMismatch where it holds %s', async (_, holds) => {
    const { put } = await storeThat({ holds });
    // A HEAD that tells of another size is another writer's object, for all that one can say.
    const code = holds.length === BYTES.length ? 'ChecksumMismatch' : 'Unavailable';
    await expect(put()).rejects.toMatchObject({ code, key: KEY });
  });

  it('tells what to do about a wrong object', async () => {
    const { put } = await storeThat({ holds: Buffer.from('what was kept') });
    await expect(put()).rejects.toThrow(/have the object deleted, then put it again/);
  });

  it('fails where the credentials may not read, and says how to do without', async () => {
    const { put } = await storeThat({ get: s3Error(403, 'AccessDenied') });
    await expect(put()).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringMatching(/s3:GetObject.*verifyAfterPut/),
    });
    expect((await put({ verifyAfterPut: 'trust-store' })).sha256).toBe(SHA256);
  });

  it('is Unavailable where another writer replaced it meanwhile', async () => {
    const { put } = await storeThat({ get: s3Error(412, 'PreconditionFailed') });
    await expect(put()).rejects.toMatchObject({ code: 'Unavailable' });
  });
});

describe('a put to a store that confirms the checksum', () => {
  it('is proved by that', async () => {
    const { put } = await storeThat({ checksum: CHECKSUM });
    await put();
    expect(readBack()).toBe(false);
  });

  it('is read back where that is asked for', async () => {
    const { put } = await storeThat({ checksum: CHECKSUM });
    await put({ verifyAfterPut: 'read-back' });
    expect(readBack()).toBe(true);
  });

  it('is read back where it confirms another one', async () => {
    const { put } = await storeThat({ checksum: Buffer.alloc(32).toString('base64') });
    await put().catch(() => undefined);
    expect(readBack()).toBe(true);
  });
});

describe('a key that is taken by an object which claims to be the same', () => {
  const taken = s3Error(412, 'PreconditionFailed');

  it('is AlreadyExists where it is', async () => {
    const { put } = await storeThat({ put: taken });
    await expect(put()).rejects.toMatchObject({ code: 'AlreadyExists' });
    expect(readBack()).toBe(true);
  });

  it('is ChecksumMismatch where it is not, so that nobody takes it for the same', async () => {
    const { put } = await storeThat({ put: taken, holds: Buffer.from('what was kept') });
    await expect(put()).rejects.toMatchObject({ code: 'ChecksumMismatch' });
  });

  it('is AlreadyExists on the word of a store that checks, or is trusted', async () => {
    const { put } = await storeThat({ put: taken, checksum: CHECKSUM });
    await expect(put()).rejects.toMatchObject({ code: 'AlreadyExists' });
    await expect(put({ verifyAfterPut: 'trust-store' })).rejects.toMatchObject({
      code: 'AlreadyExists',
    });
    expect(readBack()).toBe(false);
  });
});

describe('a put in parts', () => {
  const large = Buffer.alloc(11 * MIB, 3);
  const sha256 = sha256Of(large);

  async function partsStore(confirms: boolean, holds = large) {
    const digests: Buffer[] = [];
    store = await startScriptedStore(({ method, url, headers }) => {
      const { headers: object } = objectAnswer(holds.length);
      const whole = { status: 200, headers: { ...object, 'x-amz-meta-sha256': sha256 } };
      const checksum = headers['x-amz-checksum-sha256'];
      if (url.includes('partNumber=')) {
        digests.push(Buffer.from(String(checksum), 'base64'));
        return { status: 200, headers: { etag: `"p${digests.length}"` } };
      }
      if (url.includes('?uploads')) return { status: 200, body: '<a><UploadId>u</UploadId></a>' };
      if (url.includes('uploadId=')) {
        const composite = Buffer.from(sha256Of(Buffer.concat(digests)), 'hex').toString('base64');
        const own = confirms
          ? `<ChecksumSHA256>${composite}-${digests.length}</ChecksumSHA256>`
          : '';
        return { status: 200, body: `<a><ETag>"e1"</ETag>${own}</a>` };
      }
      return method === 'GET' ? { ...whole, body: holds } : whole;
    });
    return backendAt(store.endpoint, { partSize: 5 * MIB, partsAtOnce: 1 }).put(
      KEY,
      bytesSource(large),
      { sha256, ifExists: 'replace' },
    );
  }

  it('is proved by the checksum of its parts', async () => {
    expect((await partsStore(true)).sha256).toBe(sha256);
    expect(readBack()).toBe(false);
  });

  it('is proved by reading it back where the store names none', async () => {
    expect((await partsStore(false)).sha256).toBe(sha256);
    expect(readBack()).toBe(true);
  });

  it('is ChecksumMismatch where the store put them together wrongly', async () => {
    const wrong = Buffer.concat([large.subarray(1), Buffer.from([9])]);
    await expect(partsStore(false, wrong)).rejects.toMatchObject({ code: 'ChecksumMismatch' });
  });
});

describe('a store without conditional writes', () => {
  const settings = { conditionalWrites: false } as const;

  it('is sent no condition, and looked at first', async () => {
    store = await startScriptedStore(({ method }) => {
      if (method !== 'HEAD') return { status: 200, headers: { etag: '"e1"' } };
      const known = store.requests.some((request) => request.method === 'PUT');
      return known ? objectAnswer(BYTES.length, SHA256) : { status: 404 };
    });
    const backend = backendAt(store.endpoint, { ...settings, verifyAfterPut: 'trust-store' });
    expect(backend.capabilities.createOnly).toBe(false);
    await backend.put(KEY, bytesSource(BYTES), { sha256: SHA256 });
    expect(store.requests.map(({ method }) => method)).toEqual(['HEAD', 'PUT', 'HEAD']);
    expect(store.requests[1]?.headers).not.toHaveProperty('if-none-match');
  });

  it('says AlreadyExists all the same', async () => {
    const { put } = await storeThat({ checksum: CHECKSUM });
    await expect(put(settings)).rejects.toMatchObject({ code: 'AlreadyExists' });
    expect(store.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });
});
