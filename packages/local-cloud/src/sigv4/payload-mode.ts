import { invalidArgument, invalidRequest } from '../errors.ts';
import type { RequestHeaders } from '../http/headers.ts';

/** How x-amz-content-sha256 says that the body is protected. */
export type PayloadMode =
  | { readonly kind: 'hash'; readonly sha256: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean };

const STREAMING: Readonly<Record<string, PayloadMode>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { kind: 'chunked', signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { kind: 'chunked', signed: true, trailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { kind: 'chunked', signed: false, trailer: true },
};

/** Reads the payload mode of an S3 request; only a presigned URL may leave the header out. */
export function payloadMode(headers: RequestHeaders, presigned: boolean): PayloadMode {
  const value = headers.get('x-amz-content-sha256');
  if (value === undefined) {
    if (presigned) return { kind: 'unsigned' };
    throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
  }
  if (value === 'UNSIGNED-PAYLOAD') return { kind: 'unsigned' };
  if (/^[0-9a-f]{64}$/.test(value)) return { kind: 'hash', sha256: value };
  const streaming = Object.hasOwn(STREAMING, value) ? STREAMING[value] : undefined;
  if (streaming === undefined || presigned) {
    throw invalidArgument(
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- value this service knows, or a valid sha256 value.',
      'x-amz-content-sha256',
      value,
    );
  }
  return streaming;
}
