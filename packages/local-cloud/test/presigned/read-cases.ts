import { expect } from 'vitest';
import {
  appended,
  bentGet,
  bentList,
  MISMATCH,
  onCeph,
  type PresignedCase,
  refused,
  replaced,
  served,
  UNSIGNED_HEADER,
} from './case.ts';

const SUBRESOURCES = [
  'versionId=null',
  'response-content-type=text%2Fhtml',
  'response-content-disposition=attachment',
  'uploadId=x',
  'partNumber=1',
  'acl',
  'tagging',
  'torrent',
  'retention',
  'legal-hold',
  'attributes',
  'select&select-type=2',
  'delete',
  'x-id=GetObject',
  'list-type=2&prefix=',
];

export const readCases: readonly PresignedCase[] = [
  served('a get is served again and again, and in ranges', async (stage) => {
    const request = await stage.signed({ op: 'get', key: stage.kept });
    for (const _ of [1, 2]) expect(await stage.send(request)).toMatchObject({ status: 200 });
    const headers = { range: 'bytes=1-3' };
    expect(await stage.send(request, { headers })).toMatchObject({ status: 206 });
    expect(await stage.send(request, { headers: { 'if-match': '"x"' } })).toMatchObject({
      status: 412,
    });
  }),
  served('a head is served', async (stage) => {
    const request = await stage.signed({ op: 'head', key: stage.kept });
    expect(await stage.send(request)).toMatchObject({ status: 200 });
  }),
  served('a validator gets and lists the same', async (stage) => {
    for (const operation of [
      { op: 'get', key: stage.kept },
      { op: 'head', key: stage.manifest },
      { op: 'list', prefix: `${stage.own}_manifest/` },
    ] as const)
      expect(await stage.send(await stage.signedToRead(operation))).toMatchObject({ status: 200 });
  }),
  bentGet("of another miner's object", (stage) => ({ url: replaced(stage.own, stage.other) })),
  bentGet("of another miner's manifest", (stage) => ({
    url: replaced(stage.kept, stage.foreignManifest),
  })),
  bentGet('of another object of its own', (stage) => ({
    url: replaced(stage.kept, stage.manifest),
  })),
  bentGet('that climbs to another miner', (stage) => ({
    url: replaced(stage.kept, `${stage.kept}/../../${stage.foreign.slice('data/x/'.length)}`),
  })),
  bentGet('with a doubled slash', (stage) => ({ url: replaced(stage.kept, `/${stage.kept}`) })),
  bentGet('of the bucket', (stage) => ({ url: replaced(`/${stage.kept}`, '') })),
  bentGet('of the bucket, with a slash', (stage) => ({ url: replaced(stage.kept, '') })),
  bentGet('in another bucket', ({ server }) => ({
    url: replaced(`/${server.bucket}/`, `/${server.otherBucket}/`),
  })),
  ...['HEAD', 'PUT', 'POST', 'DELETE'].map((method) =>
    bentGet(
      `sent as ${method}`,
      () => ({ method, ...(method === 'PUT' && { body: 'mine' }) }),
      method === 'HEAD' ? { aws: { status: 403, code: undefined } } : {},
    ),
  ),
  ...SUBRESOURCES.map((query) => bentGet(`with ?${query}`, () => ({ url: appended(`&${query}`) }))),
  bentGet('with another signature', () => ({
    url: (url) =>
      url.replace(/Signature=(.)/, (_, digit) => `Signature=${digit === '0' ? '1' : '0'}`),
  })),
  bentGet('made to last longer', () => ({ url: replaced('Expires=300', 'Expires=3000') })),
  bentGet('dated anew', () => ({
    url: replaced(/X-Amz-Date=\d{8}T\d{6}Z/, `X-Amz-Date=${later()}`),
  })),
  bentGet(
    'in the name of another key',
    () => ({ url: replaced(/X-Amz-Credential=[^%]*/, 'X-Amz-Credential=AKIAOTHER') }),
    { aws: { status: 403, code: 'InvalidAccessKeyId' } },
  ),
  bentGet('with a second time to live', () => ({ url: appended('&X-Amz-Expires=6000') }), {
    aws: { status: 400, code: 'InvalidArgument' },
    ceph: 403,
  }),
  refused('a get without its signature', (stage) => stage.getByNobody(stage.kept), {
    aws: { status: 403, code: 'AccessDenied' },
  }),
  bentGet(
    'with x-amz-expected-bucket-owner added',
    () => ({ headers: { 'x-amz-expected-bucket-owner': '1' } }),
    { aws: UNSIGNED_HEADER, ceph: 200 },
  ),
  refused(
    'a get after its time',
    async (stage) => {
      const now = () => Date.now() - 400_000;
      const { requests } = await stage.presigner({ now }).presign([{ op: 'get', key: stage.kept }]);
      const [request] = requests;
      if (request === undefined) throw new Error('not signed');
      return stage.send(request);
    },
    { aws: { status: 403, code: 'AccessDenied' } },
  ),
  refused(
    'a head sent as a get',
    async (stage) =>
      stage.send(await stage.signed({ op: 'head', key: stage.kept }), { method: 'GET' }),
    { aws: MISMATCH },
  ),
  served('a listing names what is below its prefix and behind its start', async (stage) => {
    const request = await stage.signed({ op: 'list', prefix: stage.own, max_keys: 1 });
    expect(await stage.send(request)).toMatchObject({ status: 200 });
    const text = await (await fetch(request.url)).text();
    const [, key = ''] = /<Key>(.*?)<\/Key>/.exec(text) ?? [];
    expect(decodeURIComponent(key)).toContain(stage.own);
    expect(text.match(/<Key>/g)).toHaveLength(1);
  }),
  bentList('of another prefix', (stage) => ({
    url: replaced(encodeURIComponent(stage.own), encodeURIComponent(stage.other)),
  })),
  bentList('of every prefix', () => ({ url: replaced(/prefix=[^&]*/, 'prefix=') })),
  bentList('without a prefix', () => ({ url: replaced(/&prefix=[^&]*/, '') })),
  bentList('from another start', () => ({ url: replaced(/start-after=[^&]*/, 'start-after=') })),
  bentList('of more keys', () => ({ url: replaced('max-keys=2', 'max-keys=1000') })),
  ...['delimiter=%2F', 'continuation-token=x', 'fetch-owner=true', 'prefix=', 'marker=x'].map(
    (query) => bentList(`with ${query} added`, () => ({ url: appended(`&${query}`) })),
  ),
  ...['versions', 'uploads', 'policy', 'acl', 'location', 'allow-unordered=true'].map((query) =>
    bentList(`with ?${query}`, () => ({ url: appended(`&${query}`) })),
  ),
  bentList(
    'with another prefix in front',
    () => ({ url: replaced('?', '?prefix=seed&') }),
    // It takes the last one, which is the one that was signed.
    { ceph: 200 },
  ),
  onCeph('a listing with another prefix in front lists what was signed', async (stage) => {
    const { url } = await stage.signed({ op: 'list', prefix: stage.own });
    const text = await (await fetch(url.replace('?', '?prefix=seed&'))).text();
    const keys = [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(decodeURIComponent(key).startsWith(stage.own)).toBe(true);
  }),
  bentList('made a get of an object', ({ server, foreign }) => ({
    url: replaced(`/${server.bucket}?`, `/${server.bucket}/${foreign}?`),
  })),
];

const later = () => new Date(Date.now() + 2000).toISOString().replace(/[-:]|\.\d+/g, '');
