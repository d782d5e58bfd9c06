import {
  type ByteSource,
  type CallContext,
  failure,
  isStorageError,
  type ObjectInfo,
  type ObjectKey,
  type Sha256,
  type StorageError,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { s3CodeOf } from './errors.ts';
import { headObject, versionOf } from './object-info.ts';
import { withRetry } from './retry.ts';

/** What a put is about, for the two ways to do it. */
export interface Upload {
  readonly key: ObjectKey;
  readonly source: ByteSource;
  readonly sha256: Sha256;
  readonly createOnly: boolean;
  readonly call: CallContext;
}

/**
 * The request that makes the object appear, repeated while that may help. `confirm` sends it and
 * returns the ETag. After a lost answer the key may be taken by this very upload: that it holds the
 * same bytes is then a success.
 */
export function createObject(
  connection: S3Connection,
  upload: Upload,
  confirm: () => Promise<string | undefined>,
): Promise<string> {
  const { call, createOnly } = upload;
  return withRetry(call, connection.options.maxAttempts, async ({ uncertain }) => {
    try {
      return versionOf((await confirm()) ?? '');
    } catch (error) {
      const refused = createOnly && isStorageError(error, 'PreconditionFailed');
      const gone = s3CodeOf(error) === 'NoSuchUpload';
      if (!refused && !gone) throw error;
      const existing = uncertain || gone ? await headIfAny(connection, upload) : undefined;
      if (uncertain && isOf(upload, existing)) return existing.version;
      if (refused || (createOnly && existing !== undefined)) throw alreadyExists(call, error);
      throw error;
    }
  });
}

function isOf({ sha256, source }: Upload, existing?: ObjectInfo): existing is ObjectInfo {
  return existing?.sha256 === sha256 && existing.size === source.size;
}

/** Undefined where there is none, or where the credentials may write but not read. */
export async function headIfAny(
  connection: S3Connection,
  { key, call }: Upload,
): Promise<ObjectInfo | undefined> {
  try {
    return await headObject(connection, key, call);
  } catch (error) {
    if (isStorageError(error, 'NotFound') || isStorageError(error, 'PermissionDenied'))
      return undefined;
    throw error;
  }
}

export function alreadyExists(call: CallContext, cause?: unknown): StorageError {
  const message = 'an object has this key already';
  return failure(call, { code: 'AlreadyExists', message, cause });
}
