import { isStorageError, type StorageError } from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { abortUpload, createUpload, listParts, type StoredPart } from './multipart-requests.ts';
import { fittingPartSize } from './parts.ts';
import { isGone } from './s3-failure.ts';
import type { Upload } from './upload.ts';
import { noted, type UploadJournal, type UploadRecord } from './upload-journal.ts';

/** An upload in parts that is open at the store. */
export interface UploadSession {
  readonly uploadId: string;
  readonly partSize: number;
  /** Parts that an earlier run has sent. */
  readonly present: ReadonlyMap<number, StoredPart>;
}

/** Goes on with the upload that the journal knows of, where it is for the same bytes, or begins one. */
export async function openSession(
  connection: S3Connection,
  upload: Upload,
  journal: UploadJournal | undefined,
): Promise<UploadSession> {
  const { key, source, sha256 } = upload;
  const record = await noted(upload.call, () => journal?.load(key));
  if (record !== undefined) {
    const present = await presentParts(connection, upload, record);
    if (present !== undefined)
      return { uploadId: record.uploadId, partSize: record.partSize, present };
    await abortUpload(connection, key, record.uploadId);
  }
  const uploadId = await createUpload(connection, upload);
  const partSize = fittingPartSize(connection.options.partSize, source.size);
  const begun = { uploadId, size: source.size, partSize, sha256, startedAt: new Date() };
  try {
    await noted(upload.call, () => journal?.save(key, begun));
  } catch (error) {
    await abortUpload(connection, key, uploadId);
    throw error;
  }
  return { uploadId, partSize, present: new Map() };
}

/** Undefined where the upload is not for these bytes, is gone, or can't be looked into. */
async function presentParts(
  connection: S3Connection,
  upload: Upload,
  { uploadId, size, partSize, sha256 }: UploadRecord,
): Promise<ReadonlyMap<number, StoredPart> | undefined> {
  if (size !== upload.source.size || sha256 !== upload.sha256) return undefined;
  if (fittingPartSize(partSize, size) !== partSize) return undefined;
  try {
    return await listParts(connection, upload, uploadId);
  } catch (error) {
    if (isGone(error) || !mayGoOn(error)) return undefined;
    throw error;
  }
}

/** After its completion. */
export async function closeSession(
  upload: Upload,
  journal: UploadJournal | undefined,
): Promise<void> {
  await noted(upload.call, () => journal?.clear(upload.key));
}

/**
 * After a failure: what a restart may repair stays for it, where a journal remembers it, and
 * anything else is removed. An entry whose upload could not be removed stays for a sweep.
 */
export async function leaveSession(
  connection: S3Connection,
  upload: Upload,
  { uploadId }: UploadSession,
  { journal, error }: { readonly journal: UploadJournal | undefined; readonly error: unknown },
): Promise<void> {
  if (journal !== undefined && mayGoOn(error) && !isGone(error)) return;
  const removed = isGone(error) || (await abortUpload(connection, upload.key, uploadId));
  if (removed) await noted(upload.call, () => journal?.clear(upload.key));
}

/** Whether the same put may succeed later, as it stands. */
function mayGoOn(error: unknown): error is StorageError {
  return isStorageError(error) && (error.retryable || error.code === 'Aborted');
}
