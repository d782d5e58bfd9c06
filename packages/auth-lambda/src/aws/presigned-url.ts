import { createHash, createHmac } from 'node:crypto';
import { amzDate } from './amz-date.ts';
import type { AwsCredentials } from './aws-credentials.ts';

export interface PresignOrder {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  /** Scheme, host and port: whoever uses the URL has to reach the store by this name. */
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** From the root of the endpoint: `['bucket', 'data', 'x', ...]`. */
  readonly segments: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. Whoever uses the URL must send exactly these; with `x-amz-content-sha256` the body is signed too. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * A URL of S3 that does one thing for whoever holds it, until it expires: Signature Version 4 in the query, over
 * every header and every parameter. Libraries leave a presigned body unsigned; here it is what counts.
 * Throws RangeError for a segment that no path can spell.
 */
export function presignedUrl(order: PresignOrder): string {
  const { method, endpoint, region, credentials, segments, headers } = order;
  const date = amzDate(order.now);
  const scope = [date.slice(0, 8), region, 's3', 'aws4_request'];
  const signed: Readonly<Record<string, string>> = { ...headers, host: endpoint.host };
  const names = Object.keys(signed).sort();
  const path = `/${segments.map(encodeSegment).join('/')}`;
  const search = encodeQuery({
    ...order.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': [credentials.accessKeyId, ...scope].join('/'),
    'X-Amz-Date': date,
    'X-Amz-Expires': String(order.expiresSeconds),
    'X-Amz-SignedHeaders': names.join(';'),
    ...(credentials.sessionToken !== undefined && {
      'X-Amz-Security-Token': credentials.sessionToken,
    }),
  });
  const canonical = [
    method,
    path,
    search,
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), hash].join('\n');
  const secret = `AWS4${credentials.secretAccessKey}`;
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part), secret);
  return `${endpoint.origin}${path}?${search}&X-Amz-Signature=${hmac(key, toSign).toString('hex')}`;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function encodeSegment(segment: string): string {
  // Clients resolve the dots, even where they are escaped.
  if (segment === '.' || segment === '..' || segment.includes('/'))
    throw new RangeError('a "." or ".." can not be part of a signed path');
  return encode(segment);
}

/** By RFC 3986, as Signature Version 4 wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
