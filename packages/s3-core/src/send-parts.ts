import type { CompletedPart } from '@aws-sdk/client-s3';
import type { S3Connection } from './connection.ts';
import { LinkedSignal } from './linked-signal.ts';
import { type StoredPart, uploadPart } from './multipart-requests.ts';
import { base64Of, versionOf } from './object-info.ts';
import type { ReadPart } from './part-in-making.ts';
import { readParts } from './read-parts.ts';
import type { Upload } from './upload.ts';
import type { UploadSession } from './upload-session.ts';

/**
 * Reads the source once and sends what the store lacks of it, some parts at a time. The first
 * failure stops the others. Returns the parts in their order.
 */
export async function sendParts(
  connection: S3Connection,
  upload: Upload,
  { uploadId, partSize, present }: UploadSession,
): Promise<CompletedPart[]> {
  const stopping = new LinkedSignal(upload.call.signal);
  const stoppable: Upload = { ...upload, call: { ...upload.call, signal: stopping.signal } };
  const completed: CompletedPart[] = [];
  const underWay = new Set<Promise<void>>();
  const firstError: unknown[] = [];
  const fail = (error: unknown) => {
    firstError.push(error);
    // What the others then say is only that they were stopped.
    stopping.abort();
  };

  const send = async (part: ReadPart): Promise<void> => {
    try {
      completed.push(
        completedPart(connection, part, present.get(part.number)) ??
          (await uploadPart(connection, stoppable, uploadId, part)),
      );
      upload.progress.reached(part.number, part.bytes.byteLength);
    } catch (error) {
      fail(error);
    } finally {
      part.release();
    }
  };

  try {
    const wantsMd5 = (number: number) =>
      present.has(number) && present.get(number)?.sha256 === undefined;
    const { buffers } = connection;
    for await (const part of readParts(stoppable, { buffers, partSize, wantsMd5 })) {
      const sending: Promise<void> = send(part).finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
  } catch (error) {
    fail(error);
  }
  await Promise.all(underWay);
  stopping.letGo();
  if (firstError.length > 0) throw firstError[0];
  return completed.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
}

/** The part as the store has it, where it provably has these bytes. */
function completedPart(
  connection: S3Connection,
  { number, bytes, sha256, md5 }: ReadPart,
  stored: StoredPart | undefined,
): CompletedPart | undefined {
  if (stored === undefined || stored.size !== bytes.byteLength) return undefined;
  const checksum = base64Of(sha256);
  const same =
    stored.sha256 === undefined ? versionOf(stored.etag) === md5 : stored.sha256 === checksum;
  if (!same) return undefined;
  const { sendsChecksums } = connection.options;
  return {
    PartNumber: number,
    ETag: stored.etag,
    ...(sendsChecksums ? { ChecksumSHA256: checksum } : {}),
  };
}
