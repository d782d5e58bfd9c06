import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RequestHeaders } from '../src/http/headers.ts';
import { QueryParameters } from '../src/http/query.ts';
import { canonicalRequest, sha256Hex, stringToSign } from '../src/sigv4/canonical-request.ts';
import { decodeChunkedBody } from '../src/sigv4/chunked-body.ts';
import { scopeText, signatureHex, signingKey } from '../src/sigv4/signing-key.ts';

// The worked examples of the Amazon S3 API reference.
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const DATE = '20130524T000000Z';
const SCOPE = { date: '20130524', region: 'us-east-1', service: 's3' };
const HOST = 'examplebucket.s3.amazonaws.com';
const EMPTY = sha256Hex('');
const KEY = signingKey(SECRET, SCOPE);

function sign(parts: {
  method: string;
  path: string;
  query?: string;
  headers: Record<string, string>;
  payloadHash: string;
}) {
  const headers = new RequestHeaders(Object.entries(parts.headers));
  const canonical = canonicalRequest({
    ...parts,
    query: QueryParameters.parse(parts.query ?? '').entries,
    headers,
    signedHeaders: headers.names().sort(),
  });
  return signatureHex(KEY, stringToSign(DATE, scopeText(SCOPE), canonical));
}

describe('the signature of S3’s worked example', () => {
  it('of GET with a range', () => {
    const headers = {
      Host: HOST,
      Range: 'bytes=0-9',
      'x-amz-content-sha256': EMPTY,
      'x-amz-date': DATE,
    };
    expect(sign({ method: 'GET', path: '/test.txt', headers, payloadHash: EMPTY })).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('of PUT, whose key needs encoding once', () => {
    const payloadHash = sha256Hex('Welcome to Amazon S3.');
    const headers = {
      Date: 'Fri, 24 May 2013 00:00:00 GMT',
      Host: HOST,
      'x-amz-content-sha256': payloadHash,
      'x-amz-date': DATE,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    };
    expect(sign({ method: 'PUT', path: '/test$file.text', headers, payloadHash })).toBe(
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    );
  });

  it('of a listing, whose parameters are sorted', () => {
    const headers = { Host: HOST, 'x-amz-content-sha256': EMPTY, 'x-amz-date': DATE };
    const list = { method: 'GET', path: '/', headers, payloadHash: EMPTY };
    expect(sign({ ...list, query: 'prefix=J&max-keys=2' })).toBe(
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    );
    expect(sign({ ...list, query: 'lifecycle' })).toBe(
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    );
  });

  it('of a presigned URL', () => {
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=${DATE}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host`;
    expect(
      sign({
        method: 'GET',
        path: '/test.txt',
        query,
        headers: { host: HOST },
        payloadHash: 'UNSIGNED-PAYLOAD',
      }),
    ).toBe('aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
  });
});

const CHUNKS = [
  ['10000', 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648', 65_536],
  ['400', '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497', 1024],
  ['0', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9', 0],
] as const;
const SEED = {
  key: KEY,
  amzDate: DATE,
  scope: scopeText(SCOPE),
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
};
const EXAMPLE = CHUNKS.map(
  ([size, signature, length]) =>
    `${size};chunk-signature=${signature}\r\n${'a'.repeat(length)}\r\n`,
).join('');

async function decode(
  body: string,
  pieceSize: number,
  options: Parameters<typeof decodeChunkedBody>[1] = { seed: SEED },
): Promise<string> {
  const bytes = Buffer.from(body, 'latin1');
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) {
    pieces.push(bytes.subarray(at, at + pieceSize));
  }
  const decoded: Buffer[] = [];
  for await (const piece of decodeChunkedBody(Readable.from(pieces), options)) decoded.push(piece);
  return Buffer.concat(decoded).toString('latin1');
}

describe('a body in signed chunks', () => {
  it('starts from the request’s signature, as in S3’s worked example', () => {
    const headers = {
      'content-encoding': 'aws-chunked',
      'content-length': '66824',
      host: 's3.amazonaws.com',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-date': DATE,
      'x-amz-decoded-content-length': '66560',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    };
    expect(
      sign({
        method: 'PUT',
        path: '/examplebucket/chunkObject.txt',
        headers,
        payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      }),
    ).toBe(SEED.signature);
  });

  it.each([1000, 7, 100_000])(
    'decodes however it is cut: into pieces of %i bytes',
    async (size) => {
      expect(await decode(EXAMPLE, size)).toBe('a'.repeat(66_560));
    },
  );

  it('is refused for a changed byte, signature, order or length', async () => {
    const [first = '', second = ''] = EXAMPLE.split(/(?=400;)/);
    const changed = [
      EXAMPLE.replace('aaa\r\n', 'aab\r\n'),
      EXAMPLE.replace('=ad80', '=ad81'),
      second,
      first,
      EXAMPLE.slice(0, -1),
      EXAMPLE.replace('10000;', 'ffff;'),
      `${EXAMPLE}0\r\n`,
      EXAMPLE.replace(/;chunk-signature=0055\w+/, ''),
    ];
    for (const body of changed) await expect(decode(body, 4096)).rejects.toThrow();
  });

  it('takes a trailer only with its own signature, as in S3’s worked example', async () => {
    const seed = {
      ...SEED,
      signature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    };
    const body = [
      `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n${'a'.repeat(65_536)}\r\n`,
      `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n${'a'.repeat(1024)}\r\n`,
      '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
      'x-amz-checksum-crc32c:sOO8/Q==\r\n',
      'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
    ].join('');
    let trailer = '';
    const options = {
      seed,
      trailer: 'x-amz-checksum-crc32c',
      onTrailer: (value: string) => {
        trailer = value;
      },
    };
    await decode(body, 1000, options);
    expect(trailer).toBe('sOO8/Q==');
    await expect(decode(body.replace('sOO8', 'sOO9'), 1000, options)).rejects.toThrow();
    await expect(
      decode(body.replace(/x-amz-trailer-signature.*\r\n/, ''), 1000, options),
    ).rejects.toThrow();
  });
});

describe('a body in unsigned chunks', () => {
  const options = { trailer: 'x-amz-checksum-crc32' };

  it('may end with or without an empty line', async () => {
    for (const end of ['\r\n', '']) {
      const body = `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n${end}`;
      expect(await decode(body, 3, options)).toBe('hello');
    }
  });

  it('is refused without its trailer, with another, or with a short chunk in the middle', async () => {
    const bodies = [
      '5\r\nhello\r\n0\r\n\r\n',
      '5\r\nhello\r\n0\r\nx-amz-checksum-sha1:AAAAAA==\r\n\r\n',
      '5\r\nhello\r\n5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      '-5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      `${'0'.repeat(20_000)}`,
    ];
    for (const body of bodies) await expect(decode(body, 64, options)).rejects.toThrow();
  });
});
