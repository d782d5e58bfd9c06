import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  type CallContext,
  failure,
  isStorageError,
  type ObjectKey,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';

/**
 * Runs a read. S3 answers 403 for a key that isn't there to whoever may list only some prefixes,
 * because the read itself names no prefix; a listing of just that key tells absent from forbidden.
 */
export async function knowingAbsence<T>(
  connection: S3Connection,
  call: CallContext & { readonly key: ObjectKey },
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isStorageError(error, 'PermissionDenied') && (await isAbsent(connection, call)))
      throw failure(call, { code: 'NotFound', message: 'no object has this key', cause: error });
    throw error;
  }
}

async function isAbsent(
  connection: S3Connection,
  call: CallContext & { readonly key: ObjectKey },
): Promise<boolean> {
  try {
    const { Contents = [] } = await connection.request(call, (client, options) =>
      client.send(
        new ListObjectsV2Command({
          Bucket: connection.options.bucket,
          Prefix: call.key,
          MaxKeys: 1,
        }),
        options,
      ),
    );
    // Keys come in order, so the key itself would be the first that begins with it.
    return Contents[0]?.Key !== call.key;
  } catch (error) {
    if (isStorageError(error, 'PermissionDenied')) return false;
    throw error;
  }
}
