import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestHeaders } from '../src/http/headers.ts';
import { QueryParameters } from '../src/http/query.ts';
import { formatAmzDate } from '../src/sigv4/amz-date.ts';
import { canonicalRequest, sha256Hex, stringToSign } from '../src/sigv4/canonical-request.ts';
import { scopeText, signatureHex, signingKey } from '../src/sigv4/signing-key.ts';
import {
  BUCKET,
  type Credentials,
  type Harness,
  MINE,
  startHarness,
  uploadPolicy,
} from './support/harness.ts';

let harness: Harness;
let admin: S3Client;
let now = 0;

beforeAll(async () => {
  now = Date.now();
  harness = await startHarness({ clock: () => now });
  admin = harness.s3(harness.cloud.admin);
  await admin.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'secret', Body: 'secret' }));
});
afterAll(() => harness.stop());

interface Answer {
  status: number;
  code: string;
  body: string;
  headers: Record<string, unknown>;
}

function send(
  method: string,
  target: string,
  headers: Record<string, string | string[]> = {},
  body: string | Buffer = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(harness.cloud.endpoint);
    const outgoing = httpRequest({ hostname, port, method, path: target, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? '';
        resolve({ status: incoming.statusCode ?? 0, code, body: text, headers: incoming.headers });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Signs by hand, so that single parts can then be bent. */
function signed(
  method: string,
  target: string,
  extra: Record<string, string> = {},
  credentials: Credentials = harness.cloud.admin,
  scopeChange: object = {},
) {
  const amzDate = formatAmzDate(now);
  const headers: Record<string, string> = {
    host: new URL(harness.cloud.endpoint).host,
    'x-amz-date': amzDate,
    'x-amz-content-sha256': sha256Hex(''),
    ...(credentials.sessionToken === undefined
      ? {}
      : { 'x-amz-security-token': credentials.sessionToken }),
    ...extra,
  };
  const names = Object.keys(headers).sort();
  const scope = { date: amzDate.slice(0, 8), region: 'us-east-1', service: 's3', ...scopeChange };
  const [route = '', query = ''] = target.split('?');
  const canonical = canonicalRequest({
    method,
    path: decodeURIComponent(route),
    query: QueryParameters.parse(query).entries,
    headers: new RequestHeaders(Object.entries(headers)),
    signedHeaders: names,
    payloadHash: headers['x-amz-content-sha256'] ?? '',
  });
  const key = signingKey(credentials.secretAccessKey, scope);
  const signature = signatureHex(key, stringToSign(amzDate, scopeText(scope), canonical));
  return {
    signature,
    key,
    amzDate,
    scope: scopeText(scope),
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scopeText(scope)}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
  };
}

const put = (key: string, body: string, extra: Record<string, string> = {}) => {
  const target = `/${BUCKET}/${key}`;
  const { headers } = signed('PUT', target, { 'x-amz-content-sha256': sha256Hex(body), ...extra });
  return send('PUT', target, headers, body);
};

describe('a request by header', () => {
  it('is answered when it is signed as S3 says', async () => {
    const target = `/${BUCKET}/secret`;
    expect((await send('GET', target, signed('GET', target).headers)).body).toBe('secret');
  });

  it('is refused without any signature', async () => {
    expect(await send('GET', `/${BUCKET}/secret`)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
    expect(await send('GET', '/')).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it.each([
    ['another key', (t: string) => t.replace('secret', 'secret2')],
    ['an added parameter', (t: string) => `${t}?response-content-type=x`],
  ])('is refused for %s than was signed', async (_, bend) => {
    const target = `/${BUCKET}/secret`;
    const answer = await send('GET', bend(target), signed('GET', target).headers);
    expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  it('is refused where it would put a line feed into the answer’s header', async () => {
    const target = `/${BUCKET}/secret?response-content-type=a%0D%0Ax-evil:%201`;
    expect(await send('GET', target, signed('GET', target).headers)).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });

  it('is refused with an x-amz- header that is not signed', async () => {
    const target = `/${BUCKET}/stolen`;
    const { headers } = signed('PUT', target);
    const added = { ...headers, 'x-amz-copy-source': `/${BUCKET}/secret` };
    expect(await send('PUT', target, added)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('is refused with a header sent twice, an unsigned host, or another algorithm', async () => {
    const target = `/${BUCKET}/secret`;
    const { headers } = signed('GET', target);
    const twice = { ...headers, 'x-amz-date': [formatAmzDate(now), '20200101T000000Z'] };
    expect((await send('GET', target, twice)).status).toBe(400);
    const without = headers.authorization.replace('host;', '');
    expect((await send('GET', target, { ...headers, authorization: without })).status).toBe(403);
    const v2Url = `${target}?AWSAccessKeyId=AKIA&Signature=x&Expires=1`;
    expect((await send('GET', v2Url)).status).toBe(400);
    const v2 = { ...headers, authorization: 'AWS AKIA:signature' };
    expect((await send('GET', target, v2)).status).toBe(400);
  });

  it('is refused for another region, service or day', async () => {
    const target = `/${BUCKET}/secret`;
    for (const change of [{ region: 'eu-west-1' }, { service: 'sts' }, { date: '20200101' }]) {
      const { headers } = signed('GET', target, {}, harness.cloud.admin, change);
      expect(await send('GET', target, headers)).toMatchObject({
        status: 400,
        code: 'AuthorizationHeaderMalformed',
      });
    }
  });

  it('is refused for a body that is not the one signed', async () => {
    const target = `/${BUCKET}/bent`;
    const { headers } = signed('PUT', target, { 'x-amz-content-sha256': sha256Hex('good') });
    expect(await send('PUT', target, headers, 'evil')).toMatchObject({
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
    });
    const get = await send('GET', target, signed('GET', target).headers);
    expect(get.status).toBe(404);
  });

  it('is refused for a wrong or malformed Content-MD5', async () => {
    const md5 = createHash('md5').update('other').digest('base64');
    expect(await put('bent', 'body', { 'content-md5': md5 })).toMatchObject({
      status: 400,
      code: 'BadDigest',
    });
    expect(await put('bent', 'body', { 'content-md5': 'x' })).toMatchObject({
      status: 400,
      code: 'InvalidDigest',
    });
  });

  it('is refused for a key over 1,024 bytes, bad UTF-8 or a stray percent sign', async () => {
    expect(await put('k'.repeat(1024), 'x')).toMatchObject({ status: 200 });
    expect(await put('k'.repeat(1025), 'x')).toMatchObject({
      status: 400,
      code: 'KeyTooLongError',
    });
    for (const key of ['%ff', '%zz', '%']) {
      const { headers } = signed('GET', '/');
      const answer = await send('GET', `/${BUCKET}/${key}`, headers);
      expect(answer).toMatchObject({ status: 400, code: 'InvalidURI' });
    }
  });

  it('is refused for a header that is too large, and for a document type in its XML', async () => {
    const large = { ...signed('GET', '/').headers, filler: 'x'.repeat(40_000) };
    expect((await send('GET', '/', large)).status).toBe(431);
    const body =
      '<!DOCTYPE d [<!ENTITY e "secret">]><Delete><Object><Key>&e;</Key></Object></Delete>';
    const md5 = createHash('md5').update(body).digest('base64');
    const { headers } = signed('POST', `/${BUCKET}?delete`, {
      'x-amz-content-sha256': sha256Hex(body),
      'content-md5': md5,
    });
    expect(await send('POST', `/${BUCKET}?delete`, headers, body)).toMatchObject({
      status: 400,
      code: 'MalformedXML',
    });
  });

  it('for a sub-resource is authorised before it is refused as not implemented', async () => {
    const miner = await harness.assume(harness.cloud.roles.upload, uploadPolicy());
    for (const [method, target] of [
      ['PUT', `/${BUCKET}/${MINE}x?retention`],
      ['PUT', `/${BUCKET}/${MINE}x?tagging`],
      ['GET', `/${BUCKET}?policy`],
      ['PUT', `/${BUCKET}?policy`],
      ['PUT', `/${BUCKET}?versioning`],
      ['GET', `/${BUCKET}?versions`],
    ] as const) {
      const asMiner = await send(method, target, signed(method, target, {}, miner).headers);
      expect(asMiner, target).toMatchObject({ status: 403, code: 'AccessDenied' });
      const asAdmin = await send(method, target, signed(method, target).headers);
      expect(asAdmin, target).toMatchObject({ status: 501, code: 'NotImplemented' });
    }
    const target = `/${BUCKET}/${MINE}x`;
    for (const [name, value] of [
      ['x-amz-server-side-encryption', 'aws:kms'],
      ['x-amz-website-redirect-location', '/elsewhere'],
    ] as const) {
      const { headers } = signed('PUT', target, { [name]: value }, miner);
      expect((await send('PUT', target, headers)).status, name).toBe(501);
    }
    for (const header of [
      'x-amz-tagging',
      'x-amz-acl',
      'x-amz-grant-read',
      'x-amz-object-lock-mode',
      'x-amz-object-lock-legal-hold',
    ]) {
      const { headers } = signed('PUT', target, { [header]: 'private' }, miner);
      expect((await send('PUT', target, headers)).status, header).toBe(403);
    }
  });
});

describe('a body in signed chunks', () => {
  const size = 20_000;
  const streamed = (bend: (body: string) => string = (body) => body) => {
    const target = `/${BUCKET}/streamed`;
    const request = signed('PUT', target, {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': String(size),
    });
    let previous = request.signature;
    const chunk = (data: string) => {
      const text = [
        'AWS4-HMAC-SHA256-PAYLOAD',
        request.amzDate,
        request.scope,
        previous,
        sha256Hex(''),
        sha256Hex(data),
      ].join('\n');
      previous = signatureHex(request.key, text);
      return `${data.length.toString(16)};chunk-signature=${previous}\r\n${data}\r\n`;
    };
    const body = chunk('a'.repeat(size / 2)) + chunk('b'.repeat(size / 2)) + chunk('');
    return send('PUT', target, request.headers, bend(body));
  };

  it('is stored decoded, and refused when one byte was bent on the way', async () => {
    expect(await streamed()).toMatchObject({ status: 200 });
    expect(await streamed((body) => body.replace('aaa\r\n', 'aab\r\n'))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    const { ContentLength, ContentEncoding } = await admin.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'streamed' }),
    );
    expect(ContentLength).toBe(size);
    expect(ContentEncoding).toBeUndefined();
  });
});

describe('a presigned URL', () => {
  const presign = (command: PutObjectCommand | GetObjectCommand, expiresIn = 60) =>
    getSignedUrl(admin, command, { expiresIn });
  const targetOf = (url: string) => url.slice(harness.cloud.endpoint.length);
  const get = () => presign(new GetObjectCommand({ Bucket: BUCKET, Key: 'secret' }));

  it('opens what it was made for', async () => {
    expect((await send('GET', targetOf(await get()))).body).toBe('secret');
  });

  it('opens nothing once any part of it is changed', async () => {
    const target = targetOf(await get());
    const bent = [
      target.replace('/secret', '/streamed'),
      target.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'),
      target.replace(/X-Amz-Signature=./, 'X-Amz-Signature='),
      `${target}&response-content-type=text%2Fhtml`,
      target.replace('X-Amz-SignedHeaders=host', 'X-Amz-SignedHeaders=date'),
    ];
    for (const other of bent) expect((await send('GET', other)).status, other).toBe(403);
    expect((await send('PUT', target)).status).toBe(403);
    expect((await send('GET', `${target}&X-Amz-Expires=60`)).status).toBe(400);
    expect((await send('GET', target.replace('Expires=60', 'Expires=604801'))).status).toBe(400);
  });

  it('ends when it says', async () => {
    const target = targetOf(await get());
    now += 61_000;
    try {
      expect(await send('GET', target)).toMatchObject({ status: 403, code: 'AccessDenied' });
    } finally {
      now -= 61_000;
    }
  });

  it('to put is bound to the checksum it was made with', async () => {
    const body = 'exactly this';
    const url = await presign(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: 'presigned',
        ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
      }),
    );
    const length = { 'content-length': String(body.length) };
    expect(await send('PUT', targetOf(url), length, 'another body')).toMatchObject({
      status: 400,
      code: 'BadDigest',
    });
    expect(await send('PUT', targetOf(url), length, body)).toMatchObject({ status: 200 });
  });

  it('can not carry a request to STS, whose body it would leave unsigned', async () => {
    const answer = await send(
      'POST',
      `/?${targetOf(await get()).split('?')[1]}`,
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Action=GetCallerIdentity&Version=2011-06-15',
    );
    expect(answer.status).toBe(403);
  });
});

describe('a connection cut in the middle of a PUT', () => {
  it('leaves neither an object nor a file', async () => {
    const target = `/${BUCKET}/cut`;
    const { headers } = signed('PUT', target, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' });
    const { hostname, port } = new URL(harness.cloud.endpoint);
    const lines = Object.entries({ ...headers, 'content-length': '1000000' });
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    );
    socket.write('x'.repeat(100_000));
    const temporary = path.join(harness.directory, 'tmp');
    await expect.poll(() => readdir(temporary)).toHaveLength(1);
    socket.destroy();
    await expect.poll(() => readdir(temporary)).toHaveLength(0);
    const answer = await send('GET', target, signed('GET', target).headers);
    expect(answer).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });
});
