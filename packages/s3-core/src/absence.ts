import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  type CallContext,
  failure,
  isStorageError,
  type ObjectKey,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { decodeKey } from './list.ts';

/**
 * Runs a read. S3 answers 403 for a key that isn't there to whoever may list only some prefixes,
 * because the read itself names no prefix; a listing of just that key tells absent from forbidden.
 */
export async function knowingAbsence<T>(
  connection: S3Connection,
  call: CallContext & { readonly key: ObjectKey },
  read: () => Promise<T>,
): Promise<T> {
  const { renewals } = connection;
  try {
    return await read();
  } catch (error) {
    if (!isStorageError(error, 'PermissionDenied')) throw error;
    if (await isAbsent(connection, call))
      throw failure(call, { code: 'NotFound', message: 'no object has this key', cause: error });
    // The listing was told what an answer without a body can't say: the credentials had expired.
    if (connection.renewals > renewals) return read();
    throw error;
  }
}

async function isAbsent(
  connection: S3Connection,
  call: CallContext & { readonly key: ObjectKey },
): Promise<boolean> {
  try {
    const { Contents = [], EncodingType } = await connection.request(call, (client, options) =>
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
    return decodeKey(Contents[0]?.Key ?? '', EncodingType) !== call.key;
  } catch (error) {
    if (isStorageError(error, 'PermissionDenied')) return false;
    throw error;
  }
}
