import { parseKeyPrefix, parseObjectKey } from '@data-universe/storage-core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  backendAt,
  type ScriptedAnswer,
  type ScriptedStore,
  s3Error,
  startScriptedStore,
} from './support/scripted-store.ts';

let store: ScriptedStore;
afterEach(() => store.close());

function page(keys: readonly string[], next?: string, encoding = 'url'): ScriptedAnswer {
  const contents = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2025-02-04T10:00:00.000Z</LastModified></Contents>`,
  );
  const more = next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
  const body = `<ListBucketResult><EncodingType>${encoding}</EncodingType><IsTruncated>${next !== undefined}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

async function keysOf(answers: ScriptedAnswer[], startAfter?: string): Promise<string[]> {
  const pages = answers.values();
  store = await startScriptedStore(() => pages.next().value ?? s3Error(500, 'InternalError'));
  const after = startAfter === undefined ? undefined : parseObjectKey(startAfter);
  const keys: string[] = [];
  const backend = backendAt(store.endpoint, { maxAttempts: 2 });
  for await (const info of backend.list(parseKeyPrefix('p/'), { startAfter: after }))
    keys.push(info.key);
  return keys;
}

function queryOf(index: number): URLSearchParams {
  return new URL(store.requests[index]?.url ?? '', store.endpoint).searchParams;
}

describe('a listing', () => {
  it('goes on with each page to the end', async () => {
    const answers = [page(['p/a'], 't1'), page([], 't2'), page(['p/b', 'p/c'])];
    expect(await keysOf(answers, 'p/0')).toEqual(['p/a', 'p/b', 'p/c']);
    expect(queryOf(0).get('start-after')).toBe('p/0');
    expect(queryOf(0).get('prefix')).toBe('p/');
    expect(queryOf(1).get('continuation-token')).toBe('t1');
    expect(queryOf(2).get('continuation-token')).toBe('t2');
  });

  it('is an error when a later page fails, not a shorter list', async () => {
    const answers = [page(['p/a'], 't1'), s3Error(403, 'AccessDenied')];
    await expect(keysOf(answers)).rejects.toMatchObject({ code: 'PermissionDenied' });
  });

  it('repeats a page that may pass', async () => {
    const answers = [page(['p/a'], 't1'), s3Error(503, 'SlowDown'), page(['p/b'])];
    expect(await keysOf(answers)).toEqual(['p/a', 'p/b']);
    expect(queryOf(2).get('continuation-token')).toBe('t1');
  });

  it('decodes keys with either kind of encoded space', async () => {
    const answers = [page(['p/%2Bplus', 'p/a+space', 'p/b%20space', 'p/%F0%9F%A6%84'])];
    expect(await keysOf(answers)).toEqual(['p/+plus', 'p/a space', 'p/b space', 'p/🦄']);
  });

  it('leaves keys alone that the store did not encode', async () => {
    expect(await keysOf([page(['p/%2B+'], undefined, '')])).toEqual(['p/%2B+']);
  });

  it('passes over keys that no backend could have written', async () => {
    expect(await keysOf([page(['p/', 'p//a', 'p/a', 'p/b/'])])).toEqual(['p/a']);
  });

  it.each([
    ['outside its prefix', [page(['p/a', 'q/a'])]],
    ['out of order', [page(['p/b', 'p/a'])]],
    ['twice', [page(['p/a'], 't1'), page(['p/a'])]],
  ])('is an error where the store lists keys %s', async (_, answers) => {
    await expect(keysOf(answers)).rejects.toMatchObject({ code: 'Unsupported' });
  });

  it('is an error where the store does not say how to go on', async () => {
    for (const answers of [[page(['p/a'], '')], [page(['p/a'], 't1'), page(['p/b'], 't1')]]) {
      await expect(keysOf(answers)).rejects.toMatchObject({ code: 'Unavailable' });
      await store.close();
    }
  });
});
