import { accessDenied, notImplemented } from '../errors.ts';
import { emptyResponse, type HttpResponse } from '../http/response.ts';
import type { StoredObject } from '../store/object-store.ts';
import { noSuchKey } from './errors.ts';
import { asHeaderValue, checksumHeaders, objectHeaders } from './object-headers.ts';
import { readPrecondition } from './preconditions.ts';
import { resolveRange } from './range.ts';
import { mayDo, type S3Request } from './request.ts';

const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** Answers GET and HEAD of an object; the server leaves a HEAD's body out. */
export async function getObject(request: S3Request): Promise<HttpResponse> {
  if (request.query.has('partNumber')) throw notImplemented('Reading one part of an object');
  const object = findOrRefuse(request, request.bucket, request.key);
  if (readPrecondition(request.headers, object) === 'not-modified') {
    return emptyResponse(304, {
      etag: `"${object.etag}"`,
      'last-modified': new Date(object.modified).toUTCString(),
    });
  }
  const range = resolveRange(request.headers.get('range'), object.size);
  const headers = {
    ...objectHeaders(object),
    ...overrides(request),
    'content-length': String(range.endExclusive - range.start),
    ...(range.partial
      ? { 'content-range': `bytes ${range.start}-${range.endExclusive - 1}/${object.size}` }
      : {}),
    // A checksum of the whole would only mislead a client that reads a part.
    ...(request.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && !range.partial
      ? checksumHeaders(object.attributes.checksum)
      : {}),
  };
  const status = range.partial ? 206 : 200;
  if (request.method === 'HEAD') return { status, headers };
  const body = await request.cloud.store.read(object, range.start, range.endExclusive);
  return { status, headers, body };
}

/** The object; where there is none, 404 only for those who may list the bucket, else 403. */
export function findOrRefuse(request: S3Request, bucket: string, key: string): StoredObject {
  const object = request.cloud.store.find(bucket, key);
  if (object !== undefined) return object;
  throw mayDo(request, 's3:ListBucket', bucket, '') ? noSuchKey() : accessDenied();
}

function overrides(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = request.query.get(`response-${name}`);
    if (value !== undefined) headers[name] = asHeaderValue(name, value);
  }
  return headers;
}
