import {
  type ByteSource,
  failure,
  isStorageError,
  type ObjectInfo,
  type ObjectKey,
  type PutOptions,
  type Receipt,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { headObject } from './object-info.ts';
import { PART_SIZE } from './parts.ts';
import { putMultipart } from './put-multipart.ts';
import { putSingle } from './put-single.ts';
import type { Upload } from './upload.ts';

export async function putObject(
  connection: S3Connection,
  key: ObjectKey,
  source: ByteSource,
  options: PutOptions,
): Promise<Receipt> {
  const upload: Upload = {
    key,
    source,
    sha256: options.sha256,
    createOnly: options.ifExists !== 'replace',
    call: { operation: 'put', key, signal: options.signal },
  };
  const version =
    source.size < PART_SIZE
      ? await putSingle(connection, upload)
      : await putMultipart(connection, upload);
  return { ...(await stored(connection, upload, version)), sha256: options.sha256 };
}

/** The object as `head` sees it: S3's answer to a put has neither its date nor its size. */
async function stored(
  connection: S3Connection,
  { key, source, sha256, call }: Upload,
  version: string,
): Promise<ObjectInfo> {
  let info: ObjectInfo;
  try {
    info = await headObject(connection, key, call);
  } catch (error) {
    if (!isStorageError(error, 'PermissionDenied')) throw error;
    // Credentials that may write and not read: the store's confirmation has to do.
    return { key, size: source.size, version, modifiedAt: new Date() };
  }
  // Some stores answer the end of a multipart upload without an ETag.
  const same = info.version === version || info.sha256 === sha256;
  if (same && info.size === source.size) return info;
  throw failure(call, {
    code: 'Unavailable',
    message: 'it was stored, but another writer replaced it at once: look what the key holds',
  });
}
