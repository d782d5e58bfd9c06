import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import {
  appended,
  bentPut,
  onCeph,
  type PresignedCase,
  refused,
  replaced,
  served,
  UNSIGNED_HEADER,
} from './case.ts';

const OTHER = 'other bytes';
const hashOf = (body: string, as: 'hex' | 'base64') => createHash('sha256').update(body).digest(as);
const headersOf = (body: string) => ({
  'content-length': String(Buffer.byteLength(body)),
  'x-amz-content-sha256': hashOf(body, 'hex'),
  'x-amz-checksum-sha256': hashOf(body, 'base64'),
  'x-amz-meta-sha256': hashOf(body, 'hex'),
});
const sameLength = (body: string) => body.replaceAll(/[a-z]/g, 'z');
const refusedHeader = (ceph: number) => ({ aws: UNSIGNED_HEADER, ceph });

const unsigned = (name: string, value: string, ceph: number) =>
  bentPut(`with ${name}: ${value} added`, () => ({ headers: { [name]: value } }), {
    ...refusedHeader(ceph),
  });

export const putCases: readonly PresignedCase[] = [
  served('a put of a new object is served once', async (stage) => {
    const operation = stage.put();
    expect(await stage.sendPut(operation)).toEqual({ status: 200 });
    expect(await stage.sendPut(operation)).toMatchObject({ status: 412 });
  }),
  served('two puts of one key at the same time make one object', async (stage) => {
    const operation = stage.put();
    const answers = await Promise.all([1, 2, 3, 4].map(() => stage.sendPut(operation)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  }),
  refused(
    'a put over an object of its own',
    (stage) => stage.sendPut(stage.put(stage.kept, stage.kept)),
    { aws: { status: 412, code: 'PreconditionFailed' } },
  ),
  bentPut('to another key of its own', (stage) => ({
    url: replaced(/data_20260102_\d+_\d+/, `data_20260102_030405_9${stage.own.length}`),
  })),
  bentPut("to another miner's key", (stage) => ({ url: replaced(stage.own, stage.other) })),
  bentPut('of other bytes of the same length', (stage) => ({ body: sameLength(stage.fresh()) }), {
    aws: { status: 400, code: 'XAmzContentSHA256Mismatch' },
  }),
  bentPut('of other bytes under their own headers', () => ({
    body: OTHER,
    headers: headersOf(OTHER),
  })),
  bentPut('of more bytes', () => ({ body: OTHER, headers: { 'content-length': '11' } })),
  bentPut(
    'of a length that nobody told',
    () => ({ headers: { 'content-length': undefined, 'transfer-encoding': 'chunked' } }),
    { aws: { status: 400, code: 'InvalidRequest' }, ceph: 403 },
  ),
  bentPut('of bytes that nobody hashed', () => ({
    headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  })),
  bentPut('in chunks of a streaming signature', () => ({
    headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' },
  })),
  ...(
    ['x-amz-content-sha256', 'x-amz-checksum-sha256', 'x-amz-meta-sha256', 'if-none-match'] as const
  ).map((name) =>
    bentPut(`without ${name}`, () => ({ headers: { [name]: undefined } }), {
      aws: { status: 400, code: 'InvalidRequest' },
      ceph: 403,
    }),
  ),
  bentPut('with another condition', () => ({ headers: { 'if-none-match': '"x"' } })),
  bentPut('with other metadata', () => ({ headers: { 'x-amz-meta-sha256': '00' } })),
  ...['POST', 'GET', 'DELETE'].map((method) =>
    // Ceph knows no hash of the body for the other two.
    bentPut(`sent as ${method}`, () => ({ method }), { ceph: method === 'GET' ? 403 : 501 }),
  ),
  unsigned('x-amz-copy-source', '/seed', 400),
  bentPut(
    'made a copy of a foreign object',
    ({ server, foreign }) => ({ headers: { 'x-amz-copy-source': `/${server.bucket}/${foreign}` } }),
    refusedHeader(501),
  ),
  bentPut(
    'made a copy of a part of a foreign object',
    ({ server, foreign }) => ({
      headers: {
        'x-amz-copy-source': `/${server.bucket}/${foreign}`,
        'x-amz-copy-source-range': 'bytes=0-9',
      },
    }),
    refusedHeader(400),
  ),
  bentPut(
    'opened to everybody by an ACL',
    () => ({ headers: { 'x-amz-acl': 'public-read' } }),
    refusedHeader(403),
  ),
  unsigned('x-amz-grant-read', 'uri="http://acs.amazonaws.com/groups/global/AllUsers"', 400),
  unsigned('x-amz-tagging', 'a=b', 200),
  unsigned('x-amz-website-redirect-location', '/elsewhere', 200),
  unsigned('x-amz-meta-other', '1', 200),
  unsigned('x-amz-storage-class', 'GLACIER', 400),
  unsigned('x-amz-server-side-encryption', 'AES256', 400),
  unsigned('x-amz-object-lock-mode', 'GOVERNANCE', 400),
  unsigned('x-amz-security-token', 'x', 403),
  unsigned('x-amz-bypass-governance-retention', 'true', 200),
  bentPut(
    'with an authorization of its own beside the URL',
    () => ({ headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' } }),
    { aws: { status: 400, code: 'InvalidArgument' } },
  ),
  ...['acl', 'tagging', 'uploads', 'partNumber=1&uploadId=x', 'versionId=null', 'retention'].map(
    (query) => bentPut(`with ?${query}`, () => ({ url: appended(`&${query}`) })),
  ),
  bentPut('with an ACL in the query', () => ({ url: appended('&x-amz-acl=public-read') })),
  bentPut('with a copy in the query', () => ({ url: appended('&x-amz-copy-source=%2Fseed') })),
  bentPut(
    'with fewer headers signed',
    () => ({
      url: replaced(/SignedHeaders=[^&]*/, 'SignedHeaders=host'),
    }),
    { aws: UNSIGNED_HEADER },
  ),
  refused(
    'a put after its time',
    async (stage) => {
      const now = () => Date.now() - 400_000;
      const operation = stage.put();
      const { requests } = await stage.presigner({ now }).presign([operation]);
      const [request] = requests;
      if (request === undefined) throw new Error('not signed');
      return stage.send(request, { body: 'key' in operation ? operation.key : '' });
    },
    { aws: { status: 403, code: 'AccessDenied' } },
  ),
  onCeph(
    'a put of nothing is a copy for whoever adds the header: so none is signed',
    async (stage) => {
      const key = stage.fresh();
      const { requests } = await stage.presigner().presign([stage.put(key, '')]);
      const [request] = requests;
      if (request === undefined) throw new Error('not signed');
      const source = `/${stage.server.bucket}/${stage.foreign}`;
      const headers = { 'x-amz-copy-source': source };
      expect(await stage.send(request, { headers })).toMatchObject({ status: 200 });
      expect(await stage.holds(key)).toBe(stage.foreign);
      const refusal = stage.ask(stage.miner, { action: 'upload', source: 'x' }, [
        stage.put(key, ''),
      ]);
      await expect(refusal).rejects.toMatchObject({ code: 'BadRequest' });
    },
  ),
  onCeph('an ACL that nobody signed opens an object, where none is signed', async (stage) => {
    const key = stage.fresh();
    const { requests } = await stage.presigner({ privateAcl: false }).presign([stage.put(key)]);
    const [request] = requests;
    if (request === undefined) throw new Error('not signed');
    const headers = { 'x-amz-acl': 'public-read' };
    expect(await stage.send(request, { headers, body: key })).toMatchObject({ status: 200 });
    expect(await stage.getByNobody(key)).toMatchObject({ status: 200 });
  }),
];
