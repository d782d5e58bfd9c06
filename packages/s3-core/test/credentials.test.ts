import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Credentials } from '@data-universe/s3-core';
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
const LARGE = Buffer.alloc(21 * 1024 * 1024, 3);
const SHA256 = sha256Of(LARGE);

let store: ScriptedStore;
afterEach(() => store.close());

/** Numbered credentials: a new number for every renewal. */
function renewable(expiration?: (number: number) => Date) {
  let number = 1;
  const renewals: number[] = [];
  const credentials = async ({
    forceRefresh,
  }: {
    forceRefresh: boolean;
  }): Promise<S3Credentials> => {
    if (forceRefresh) {
      const renewed = number + 1;
      renewals.push(renewed);
      await sleep(5);
      number = renewed;
    }
    return {
      accessKeyId: `KEY${number}`,
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: expiration?.(number),
    };
  };
  return { credentials, renewals };
}

/** Takes uploads in parts; `refusal` of requests signed with the first credentials from part 2 on. */
async function expiringStore(refusal: ScriptedAnswer): Promise<string[]> {
  const parts: string[] = [];
  store = await startScriptedStore(async ({ method, url, headers }) => {
    const old = headers.authorization?.includes('Credential=KEY1/') === true;
    const part = /partNumber=(\d+)/.exec(url)?.[1];
    if (part !== undefined) {
      if (old && part !== '1') {
        // Refused one after another, while the first have new credentials already.
        await sleep(10 * Number(part));
        return refusal;
      }
      parts.push(part);
      return { status: 200, headers: { etag: `"${part}"` } };
    }
    if (url.includes('?uploads')) return { status: 200, body: '<a><UploadId>u</UploadId></a>' };
    if (url.includes('uploadId=')) return { status: 200, body: '<a><ETag>"e1"</ETag></a>' };
    return method === 'HEAD' ? objectAnswer(LARGE.length, SHA256) : s3Error(500, 'Unexpected');
  });
  return parts;
}

describe('credentials that expire in the middle of an upload', () => {
  it.each([
    ['400 ExpiredToken', s3Error(400, 'ExpiredToken')],
    ['403 ExpiredToken', s3Error(403, 'ExpiredToken')],
    ['403 AccessDenied, past their time', s3Error(403, 'AccessDenied')],
    ['a bare 403, past their time', { status: 403 }],
  ])('are renewed once, and the parts sent again, after %s', async (_, refusal) => {
    const parts = await expiringStore(refusal);
    const { credentials, renewals } = renewable(
      (number) => new Date(Date.now() + (number === 1 ? -1000 : 3_600_000)),
    );
    const backend = backendAt(store.endpoint, {
      credentials,
      partSize: 5 * 1024 * 1024,
      partsAtOnce: 4,
      verifyAfterPut: 'trust-store',
    });
    await backend.put(KEY, bytesSource(LARGE), { sha256: SHA256, ifExists: 'replace' });
    expect(parts.toSorted()).toEqual(['1', '2', '3', '4', '5']);
    expect(renewals).toEqual([2]);
    backend.close();
  });

  it('are not renewed for an AccessDenied within their time', async () => {
    await expiringStore(s3Error(403, 'AccessDenied'));
    const { credentials, renewals } = renewable(() => new Date(Date.now() + 3_600_000));
    const backend = backendAt(store.endpoint, { credentials, partSize: 5 * 1024 * 1024 });
    const put = backend.put(KEY, bytesSource(LARGE), { sha256: SHA256, ifExists: 'replace' });
    await expect(put).rejects.toMatchObject({ code: 'PermissionDenied' });
    expect(renewals).toEqual([]);
    backend.close();
  });
});

it('credentials that do not come do not keep an abort waiting', async () => {
  store = await startScriptedStore(() => s3Error(500, 'Unexpected'));
  const backend = backendAt(store.endpoint, { credentials: () => new Promise(() => undefined) });
  const head = backend.head(KEY, { signal: AbortSignal.timeout(20) });
  await expect(head).rejects.toMatchObject({ code: 'Aborted' });
  const late = backendAt(store.endpoint, {
    credentials: () => new Promise(() => undefined),
    callTimeoutMs: 20,
  });
  await expect(late.head(KEY)).rejects.toMatchObject({ code: 'Unavailable' });
});
