import { CloudError, invalidRequest } from '../errors.ts';
import type { RequestHeaders } from '../http/headers.ts';
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from '../store/attributes.ts';
import { CHECKSUM_BYTES } from './checksum-hasher.ts';

/** What a client says its body's checksum is; the value of a trailing one comes with the body's end. */
export interface ExpectedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; absent where it is announced as a trailer. */
  readonly value?: string;
}

const PREFIX = 'x-amz-checksum-';
const NOT_VALUES = new Set([`${PREFIX}algorithm`, `${PREFIX}type`, `${PREFIX}mode`]);

/** Reads x-amz-checksum-* and x-amz-trailer. Throws InvalidRequest for two of them, or an unknown or malformed one. */
export function expectedChecksum(
  headers: RequestHeaders,
  trailerAllowed: boolean,
): ExpectedChecksum | undefined {
  const names = headers.names().filter((name) => name.startsWith(PREFIX) && !NOT_VALUES.has(name));
  const trailer = headers.get('x-amz-trailer')?.toLowerCase();
  if (names.length + (trailer === undefined ? 0 : 1) > 1) {
    throw invalidRequest('Expecting a single x-amz-checksum- header');
  }
  const declared = headers.get('x-amz-sdk-checksum-algorithm')?.toLowerCase();
  const found = trailer ?? names[0];
  if (found === undefined) {
    if (declared !== undefined) {
      throw invalidRequest(
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
      );
    }
    return undefined;
  }
  const algorithm = parseAlgorithm(found.startsWith(PREFIX) ? found.slice(PREFIX.length) : '');
  if (declared !== undefined && declared !== algorithm) {
    throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  if (trailer !== undefined) {
    if (!trailerAllowed) throw invalidRequest('x-amz-trailer needs an aws-chunked body.');
    return { algorithm };
  }
  return { algorithm, value: parseChecksumValue(algorithm, headers.get(found) ?? '') };
}

export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name.toLowerCase());
  if (algorithm === undefined) throw invalidRequest('Checksum algorithm provided is unsupported.');
  return algorithm;
}

export function parseChecksumValue(algorithm: ChecksumAlgorithm, value: string): string {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== CHECKSUM_BYTES[algorithm] || bytes.toString('base64') !== value) {
    throw invalidRequest(`Value for ${PREFIX}${algorithm} header is invalid.`);
  }
  return value;
}

/** The MD5 of Content-MD5 as base64, or undefined. */
export function expectedMd5(headers: RequestHeaders): string | undefined {
  const value = headers.get('content-md5');
  if (value === undefined) return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== value) {
    throw new CloudError('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.');
  }
  return value;
}
