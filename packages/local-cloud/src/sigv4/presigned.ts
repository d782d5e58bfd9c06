import { CloudError } from '../errors.ts';
import type { QueryParameters } from '../http/query.ts';
import { parseAmzDate } from './amz-date.ts';
import { parseCredential, parseSignedHeaders, type SignatureClaim } from './signed-request.ts';

const LONGEST_SECONDS = 7 * 24 * 3600;
const AUTHENTICATION = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
  'X-Amz-Content-Sha256',
]);

export const isPresigned = (query: QueryParameters) =>
  query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm') || query.has('X-Amz-Credential');

/** Reads the X-Amz-* parameters of a presigned URL. */
export function parsePresigned(
  query: QueryParameters,
): SignatureClaim & { expiresSeconds: number } {
  const required = (name: string) => {
    const value = query.get(name);
    if (!value) throw bad(`A presigned URL needs the parameter ${name}.`);
    return value;
  };
  if (required('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    throw bad('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  }
  const amzDate = required('X-Amz-Date');
  const signedAt = parseAmzDate(amzDate);
  if (signedAt === undefined)
    throw bad('X-Amz-Date must be in the ISO8601 format yyyymmddThhmmssZ');
  const expires = required('X-Amz-Expires');
  const expiresSeconds = Number(expires);
  if (!/^\d{1,7}$/.test(expires) || expiresSeconds < 1 || expiresSeconds > LONGEST_SECONDS) {
    throw bad(`X-Amz-Expires must be a number of seconds from 1 to ${LONGEST_SECONDS}`);
  }
  const sessionToken = query.get('X-Amz-Security-Token');
  return {
    ...parseCredential(required('X-Amz-Credential')),
    signedHeaders: parseSignedHeaders(required('X-Amz-SignedHeaders')),
    signature: required('X-Amz-Signature'),
    amzDate,
    signedAt,
    expiresSeconds,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

/** Headers that a presigner moved into the query (x-amz-meta-*, x-amz-checksum-*, ...), which S3 honours as if sent. */
export function hoistedHeaders(query: QueryParameters): Array<readonly [string, string]> {
  return query.entries.filter(([name]) => /^x-amz-/i.test(name) && !AUTHENTICATION.has(name));
}

const bad = (message: string) => new CloudError('AuthorizationQueryParametersError', 400, message);
