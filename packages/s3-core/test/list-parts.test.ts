import { parseObjectKey, sha256Of } from '@data-universe/storage-core';
import { afterEach, describe, expect, it } from 'vitest';
import { S3Connection } from '../src/connection.ts';
import { listParts } from '../src/multipart-requests.ts';
import { Progress } from '../src/progress.ts';
import { CREDENTIALS, type ScriptedStore, startScriptedStore } from './support/scripted-store.ts';

const KEY = parseObjectKey('a');
let store: ScriptedStore;
afterEach(() => store.close());

interface Page {
  readonly parts: readonly string[];
  readonly next?: string;
}

function partsOf(pages: readonly Page[]) {
  const connection = new S3Connection({
    bucket: 'bucket',
    region: 'us-east-1',
    endpoint: store.endpoint,
    credentials: async () => CREDENTIALS,
  });
  const call = { operation: 'put', key: KEY } as const;
  const source = { size: 0, async *stream() {} };
  const progress = new Progress(KEY, 0);
  const sha256 = sha256Of(Buffer.alloc(0));
  expect(pages.length).toBeGreaterThan(0);
  return listParts(connection, { key: KEY, source, sha256, createOnly: true, call, progress }, 'u');
}

async function listed(pages: readonly Page[]) {
  const rest = pages.values();
  store = await startScriptedStore(() => {
    const { parts, next } = rest.next().value ?? { parts: [] };
    const more = next === undefined ? '' : `<NextPartNumberMarker>${next}</NextPartNumberMarker>`;
    const body = `<ListPartsResult><IsTruncated>${next !== undefined}</IsTruncated>${more}${parts.join('')}</ListPartsResult>`;
    return { status: 200, body };
  });
  return partsOf(pages);
}

function part(number: number, checksum = ''): string {
  const own = checksum && `<ChecksumSHA256>${checksum}</ChecksumSHA256>`;
  return `<Part><PartNumber>${number}</PartNumber><Size>5</Size><ETag>"e${number}"</ETag>${own}</Part>`;
}

describe('the parts that a store has', () => {
  it('are those of every page', async () => {
    const parts = await listed([
      { parts: [part(1, 'c1'), part(2)], next: '2' },
      { parts: [part(3)], next: '3' },
      { parts: [part(5)] },
    ]);
    expect([...parts.keys()]).toEqual([1, 2, 3, 5]);
    expect(parts.get(1)).toEqual({ size: 5, etag: '"e1"', sha256: 'c1' });
    expect(parts.get(2)).toEqual({ size: 5, etag: '"e2"', sha256: undefined });
    const markers = store.requests.map(({ url }) =>
      new URL(url, store.endpoint).searchParams.get('part-number-marker'),
    );
    expect(markers).toEqual([null, '2', '3']);
  });

  it('leave out what it tells only half of', async () => {
    const half = '<Part><PartNumber>2</PartNumber><Size>5</Size></Part>';
    expect([...(await listed([{ parts: [part(1), half] }])).keys()]).toEqual([1]);
  });

  it('end where a page leads to itself', async () => {
    const parts = await listed([
      { parts: [part(1)], next: '1' },
      { parts: [part(2)], next: '1' },
      { parts: [part(3)] },
    ]);
    expect([...parts.keys()]).toEqual([1, 2]);
  });
});
