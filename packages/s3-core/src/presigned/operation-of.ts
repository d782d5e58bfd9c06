import type { StoreOperation } from '@data-universe/core-auth';
import { StorageError } from '@data-universe/storage-core';
import type { HttpRequest } from './http-request.ts';

/** The operation that a request of the SDK, in path style, is for. Throws StorageError Unsupported for any other. */
export function operationOf(request: HttpRequest, bucket: string): StoreOperation {
  const { method } = request;
  const path = decodeURIComponent(request.path);
  // The SDK's name for the request, which no store looks at.
  const { 'x-id': _, ...query } = request.query ?? {};
  const plain = Object.keys(query).length === 0;
  const key = path.startsWith(`/${bucket}/`) ? path.slice(bucket.length + 2) : '';
  if (plain && key !== '') {
    if (method === 'GET') return { op: 'get', key };
    if (method === 'HEAD') return { op: 'head', key };
    if (method === 'PUT') {
      const size = Number(request.headers['content-length']);
      return { op: 'put', key, size, sha256: request.headers['x-amz-content-sha256'] ?? '' };
    }
  }
  const { prefix, 'list-type': type, 'start-after': startAfter, 'max-keys': maxKeys } = query;
  const listed = Object.keys(query).every((name) => LIST_PARAMETERS.has(name));
  if (method === 'GET' && key === '' && listed && type === '2' && typeof prefix === 'string')
    return {
      op: 'list',
      prefix,
      ...(typeof startAfter === 'string' && { start_after: startAfter }),
      ...(typeof maxKeys === 'string' && { max_keys: Number(maxKeys) }),
    };
  throw new StorageError({
    code: 'Unsupported',
    operation: method === 'GET' || method === 'HEAD' ? 'get' : 'put',
    message: `the credential service presigns requests one by one, and none for ${method} with ${Object.keys(query).join(', ') || 'this path'}`,
  });
}

const LIST_PARAMETERS = new Set([
  'list-type',
  'encoding-type',
  'prefix',
  'start-after',
  'max-keys',
]);

/** What follows a put: the object is looked at, and on some stores read, before it counts. */
export function likelyAfter(operation: StoreOperation): readonly StoreOperation[] {
  if (operation.op !== 'put') return [];
  const { key } = operation;
  return [
    { op: 'head', key },
    { op: 'get', key },
  ];
}
