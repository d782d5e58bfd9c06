import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type PresignOrder, presignedUrl } from '../src/aws/presigned-url.ts';
import { expectedSignature } from './sigv4-oracle.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: SECRET };

const order = (changes: Partial<PresignOrder> = {}): PresignOrder => ({
  method: 'GET',
  endpoint: new URL('https://examplebucket.s3.amazonaws.com'),
  region: 'us-east-1',
  credentials,
  segments: ['test.txt'],
  query: {},
  headers: {},
  expiresSeconds: 86_400,
  now: Date.UTC(2013, 4, 24),
  ...changes,
});

it("is the URL of Amazon's own example", () => {
  const url = new URL(presignedUrl(order()));
  expect(url.origin + url.pathname).toBe('https://examplebucket.s3.amazonaws.com/test.txt');
  expect(url.searchParams.get('X-Amz-Signature')).toBe(
    'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});

it('is signed as Signature Version 4 says, whatever is in it', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  const segment = text.filter((one) => !one.includes('/') && one !== '.' && one !== '..');
  const header = fc.constantFrom(
    'x-amz-acl',
    'content-length',
    'if-none-match',
    'x-amz-meta-sha256',
  );
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 4 }),
      fc.dictionary(fc.constantFrom('prefix', 'start-after', 'list-type', 'A', 'z'), text),
      fc.dictionary(header, fc.stringMatching(/^[\w*=/+-]{1,20}$/)),
      fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: undefined }),
      (segments, query, some, hash) => {
        const headers = { ...some, ...(hash !== undefined && { 'x-amz-content-sha256': hash }) };
        const endpoint = new URL('http://127.0.0.1:9000');
        const href = presignedUrl(order({ endpoint, segments, query, headers }));
        const { searchParams } = new URL(href);
        expect(Object.fromEntries(searchParams)).toMatchObject(query);
        const signedHeaders = (searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');
        expect(signedHeaders).toEqual(['host', ...Object.keys(headers)].sort());
        const received = {
          method: 'GET',
          target: href.slice(endpoint.origin.length),
          headers: { ...headers, host: endpoint.host },
          payloadHash: hash ?? 'UNSIGNED-PAYLOAD',
        };
        const date = '20130524T000000Z';
        const scope = { date, region: 'us-east-1', service: 's3', signedHeaders };
        expect(searchParams.get('X-Amz-Signature')).toBe(
          expectedSignature(SECRET, received, scope),
        );
      },
    ),
  );
});

it('names the session of temporary credentials', () => {
  const url = presignedUrl(order({ credentials: { ...credentials, sessionToken: 'a token' } }));
  expect(url).toContain('X-Amz-Security-Token=a%20token');
});

it.each(['..', '.', 'a/b'])('can not be made of the segment %j', (segment) => {
  expect(() => presignedUrl(order({ segments: ['data', segment] }))).toThrow(RangeError);
});
