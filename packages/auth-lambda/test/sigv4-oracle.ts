import { createHash, createHmac } from 'node:crypto';

/** A request as it was received, for its signature to be computed again. */
export interface ReceivedRequest {
  readonly method: string;
  /** As sent: `/path?query`. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hex, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
}

export interface SignatureScope {
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Signature Version 4 by its specification, for paths that are canonical already. */
export function expectedSignature(
  secret: string,
  { method, target, headers, payloadHash }: ReceivedRequest,
  { date, region, service, signedHeaders }: SignatureScope,
): string {
  const [path = '', search = ''] = target.split('?');
  const query = search
    .split('&')
    .map((pair) => pair.split('='))
    .filter(([name = '']) => name !== '' && name !== 'X-Amz-Signature')
    .sort(([one = ''], [other = '']) => (one < other ? -1 : 1))
    .map((pair) => pair.join('='));
  const canonical = [
    method,
    path,
    query.join('&'),
    ...signedHeaders.map((name) => `${name}:${headers[name]?.trim() ?? ''}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const scope = [date.slice(0, 8), region, service, 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256Hex(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
