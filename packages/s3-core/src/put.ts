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
import { assertPresignable } from './presigned/presignable.ts';
import { Progress } from './progress.ts';
import { needsReadBack, readBack } from './proof.ts';
import { putMultipart } from './put-multipart.ts';
import { putSingle } from './put-single.ts';
import { withinTime } from './time-limit.ts';
import type { Stored, Upload } from './upload.ts';

export async function putObject(
  connection: S3Connection,
  key: ObjectKey,
  source: ByteSource,
  options: PutOptions,
): Promise<Receipt> {
  const { singlePutLimit, callLimitMs, presigned } = connection.options;
  const wholeCall = { operation: 'put', key, signal: options.signal } as const;
  return withinTime(wholeCall, callLimitMs(source.size), async (call) => {
    const upload: Upload = {
      key,
      source,
      sha256: options.sha256,
      createOnly: options.ifExists !== 'replace',
      call,
      progress: new Progress(key, source.size, options.onProgress),
    };
    if (presigned) assertPresignable(connection, upload);
    const stored =
      presigned || source.size < singlePutLimit
        ? await putSingle(connection, upload)
        : await putMultipart(connection, upload);
    const info = await infoOf(connection, upload, stored);
    if (needsReadBack(connection, stored)) await readBack(connection, upload, info);
    return { ...info, sha256: options.sha256 };
  });
}

/** The object as `head` sees it: S3's answer to a put has neither its date nor its size. */
async function infoOf(
  connection: S3Connection,
  { key, source, sha256, call }: Upload,
  { version }: Stored,
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
