import { createHash } from 'node:crypto';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { S3Connection } from './connection.ts';
import { createObject } from './create-object.ts';
import { completeUpload } from './multipart-requests.ts';
import { refuseTaken } from './proof.ts';
import { isGone } from './s3-failure.ts';
import { sendParts } from './send-parts.ts';
import type { Stored, Upload } from './upload.ts';
import type { UploadJournal } from './upload-journal.ts';
import { closeSession, leaveSession, openSession } from './upload-session.ts';

/**
 * A multipart upload: one reading of the source, parts sent side by side from memory, completed
 * under the same condition as a single put.
 */
export async function putMultipart(connection: S3Connection, upload: Upload): Promise<Stored> {
  const { key } = upload;
  const { uploadJournal } = connection.options;
  // The entry of a key is one put's: a second at the same time, perhaps of other bytes, goes without.
  const journal = connection.journaledKeys.has(key) ? undefined : uploadJournal;
  if (journal !== undefined) connection.journaledKeys.add(key);
  try {
    return await putOnce(connection, upload, journal);
  } catch (error) {
    // Ended by someone else: a lifecycle rule, a sweep, another run of the same put.
    if (!isGone(error)) throw error;
    return await putOnce(connection, upload, journal);
  } finally {
    if (journal !== undefined) connection.journaledKeys.delete(key);
  }
}

async function putOnce(
  connection: S3Connection,
  upload: Upload,
  journal: UploadJournal | undefined,
): Promise<Stored> {
  // The condition is checked at the end, when all the bytes have travelled.
  await refuseTaken(connection, upload);
  const session = await openSession(connection, upload, journal);
  try {
    const parts = await sendParts(connection, upload, session);
    if (!connection.options.conditionalWrites) await refuseTaken(connection, upload);
    const stored = await createObject(connection, upload, checksumOfParts(parts), () =>
      completeUpload(connection, upload, session.uploadId, parts),
    );
    await closeSession(upload, journal);
    return stored;
  } catch (error) {
    await leaveSession(connection, upload, session, { journal, error });
    throw error;
  }
}

/** What a store that has checked every part says of the whole: a hash of hashes, and how many. */
function checksumOfParts(parts: readonly CompletedPart[]): string {
  const hash = createHash('sha256');
  for (const { ChecksumSHA256 = '' } of parts) hash.update(ChecksumSHA256, 'base64');
  return `${hash.digest('base64')}-${parts.length}`;
}
