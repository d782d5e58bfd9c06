import type { PresignedRequest, StoreOperation } from '@data-universe/core-auth';
import { StorageError } from '@data-universe/storage-core';

export interface SignedPlace {
  /** Where the signatures send to. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Whether puts have to be create-only. */
  readonly createOnly: boolean;
}

const METHOD = { put: 'PUT', get: 'GET', head: 'HEAD', list: 'GET' } as const;
const OF_SIGNATURE = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
]);
const SENDABLE = /^(?:content-length|if-none-match|x-amz-[a-z0-9-]+)$/;

/**
 * The URL of a signed request that is the operation's, on this store, and nothing more. What was signed
 * is taken for nothing on trust: a body goes to no other place, and nothing else is read or listed.
 * Throws StorageError PermissionDenied.
 */
export function urlOf(operation: StoreOperation, request: PresignedRequest, place: SignedPlace) {
  const url = new URL(request.url);
  const problem = problemOf(operation, request, url, place);
  if (problem === undefined) return url;
  throw new StorageError({
    code: 'PermissionDenied',
    operation: operation.op,
    key: operation.op === 'list' ? operation.prefix : operation.key,
    message: `the credential service signed another request than was asked for (${problem}): not sent`,
  });
}

function problemOf(
  operation: StoreOperation,
  { method, headers }: PresignedRequest,
  url: URL,
  { endpoint, bucket, createOnly }: SignedPlace,
): string | undefined {
  if (method !== METHOD[operation.op]) return 'its method';
  if (url.origin !== new URL(endpoint).origin || url.username !== '' || url.password !== '')
    return 'its host';
  const path = operation.op === 'list' ? `/${bucket}` : `/${bucket}/${operation.key}`;
  if (decoded(url.pathname) !== path) return 'its path';
  if (!sameQuery(url.searchParams, queryOf(operation))) return 'its query';
  const signed = (url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';').sort();
  const sent = ['host', ...Object.keys(headers)].sort();
  if (signed.join() !== sent.join() || !Object.keys(headers).every((name) => SENDABLE.test(name)))
    return 'its headers';
  if (operation.op !== 'put') return undefined;
  if (headers['content-length'] !== String(operation.size)) return 'its length';
  if (headers['x-amz-content-sha256'] !== operation.sha256) return 'its SHA-256';
  if (headers['x-amz-meta-sha256'] !== operation.sha256) return 'its metadata';
  const ownChecksum = Buffer.from(operation.sha256, 'hex').toString('base64');
  const { 'x-amz-checksum-sha256': checksum = ownChecksum } = headers;
  if (checksum !== ownChecksum) return 'its checksum';
  return createOnly && headers['if-none-match'] !== '*' ? 'its condition' : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function queryOf(operation: StoreOperation): Readonly<Record<string, string>> {
  if (operation.op !== 'list') return {};
  const { prefix, start_after: startAfter, max_keys: maxKeys } = operation;
  return {
    'list-type': '2',
    'encoding-type': 'url',
    prefix,
    ...(startAfter !== undefined && { 'start-after': startAfter }),
    ...(maxKeys !== undefined && { 'max-keys': String(maxKeys) }),
  };
}

/** Beside the signature's own parameters exactly these, each once. */
function sameQuery(query: URLSearchParams, wanted: Readonly<Record<string, string>>): boolean {
  const names = [...query.keys()];
  if (new Set(names).size !== names.length) return false;
  const others = names.filter((name) => !OF_SIGNATURE.has(name));
  return (
    others.length === Object.keys(wanted).length &&
    others.every((name) => Object.hasOwn(wanted, name) && query.get(name) === wanted[name])
  );
}
