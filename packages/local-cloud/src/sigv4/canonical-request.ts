import { createHash } from 'node:crypto';
import type { RequestHeaders } from '../http/headers.ts';
import { uriEncode } from '../http/uri-encoding.ts';

/** The canonical request of SigV4 with S3's path rule: each byte is encoded once and nothing is normalised. */
export function canonicalRequest(parts: {
  readonly method: string;
  /** Decoded path. */
  readonly path: string;
  readonly query: ReadonlyArray<readonly [name: string, value: string]>;
  readonly headers: RequestHeaders;
  /** Lower-case and sorted. */
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}): string {
  return [
    parts.method,
    uriEncode(parts.path, true),
    canonicalQuery(parts.query),
    ...parts.signedHeaders.map((name) => `${name}:${canonicalValue(parts.headers.all(name))}`),
    '',
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n');
}

/** What the signature is made over. `scope` is `date/region/service/aws4_request`. */
export function stringToSign(amzDate: string, scope: string, canonical: string): string {
  return ['AWS4-HMAC-SHA256', amzDate, scope, sha256Hex(canonical)].join('\n');
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function canonicalQuery(query: ReadonlyArray<readonly [string, string]>): string {
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return query
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort((a, b) => byText(a[0], b[0]) || byText(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const canonicalValue = (values: readonly string[]) =>
  values.map((value) => value.trim().replace(/ +/g, ' ')).join(',');
