import {
  failure,
  isStorageError,
  type ObjectInfo,
  type Sha256,
  type StorageError,
  sha256OfStream,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { getObject } from './get.ts';
import { isVouchedFor, type ObjectFacts } from './object-info.ts';
import { headIfAny, type Stored, type Upload } from './upload.ts';

/** Whether a put that succeeded has yet to be proved by reading the object. */
export function needsReadBack(connection: S3Connection, { confirmed }: Stored): boolean {
  const { verifyAfterPut } = connection.options;
  return verifyAfterPut === 'read-back' || (verifyAfterPut !== 'trust-store' && !confirmed);
}

/**
 * Reads an object and throws ChecksumMismatch where it is other than what was put. Nothing can be
 * done about it from here: nobody is given leave to delete.
 */
export async function readBack(
  connection: S3Connection,
  { key, source, sha256, call }: Upload,
  { version }: ObjectInfo,
): Promise<void> {
  const actual = await hashOf(connection, { key, call, version });
  if (actual.sha256 === sha256 && actual.size === source.size) return;
  throw failure(call, {
    code: 'ChecksumMismatch',
    message:
      `the store holds ${actual.size} bytes with SHA-256 ${actual.sha256}, not the ${source.size} ` +
      `bytes with ${sha256} that were sent: have the object deleted, then put it again`,
  });
}

async function hashOf(
  connection: S3Connection,
  { key, call, version }: Pick<Upload, 'key' | 'call'> & { readonly version: string },
): Promise<{ readonly size: number; readonly sha256: Sha256 }> {
  try {
    const { info, body } = await getObject(connection, { ...call, key }, { ifMatch: version });
    return { size: info.size, sha256: await sha256OfStream(body) };
  } catch (error) {
    if (!isStorageError(error)) throw error;
    if (error.code === 'PreconditionFailed' || error.code === 'NotFound')
      throw failure(call, {
        code: 'Unavailable',
        message: 'it was stored, but another writer replaced it at once: look what the key holds',
        cause: error,
      });
    if (error.code !== 'PermissionDenied') throw error;
    throw failure(call, {
      code: 'PermissionDenied',
      message:
        'it was stored, but these credentials may not read it back, which alone proves it with ' +
        'this store: allow s3:GetObject, or set verifyAfterPut to "trust-store"',
      cause: error,
    });
  }
}

/** Throws AlreadyExists where a create-only put would end in it anyway. */
export async function refuseTaken(connection: S3Connection, upload: Upload): Promise<void> {
  const existing = upload.createOnly ? await headIfAny(connection, upload) : undefined;
  if (existing !== undefined) throw await alreadyExists(connection, upload, { existing });
}

/**
 * The error for a key that is taken. An object that claims to be these very bytes is taken for them
 * by whoever asks again after a crash, so that the claim is proved first, as after a put.
 */
export async function alreadyExists(
  connection: S3Connection,
  upload: Upload,
  { existing, cause }: { readonly existing?: ObjectFacts | undefined; readonly cause?: unknown },
): Promise<StorageError> {
  const facts =
    connection.options.verifyAfterPut === 'trust-store'
      ? undefined
      : (existing ?? (await headIfAny(connection, upload)));
  const claims = facts?.info.sha256 === upload.sha256 && facts.info.size === upload.source.size;
  const confirmed = facts !== undefined && isVouchedFor(facts);
  if (claims && needsReadBack(connection, { version: facts.info.version, confirmed }))
    await readBack(connection, upload, facts.info);
  const message = 'an object has this key already';
  return failure(upload.call, { code: 'AlreadyExists', message, cause });
}
