import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  type CallContext,
  failure,
  isStorageError,
  verifiedChunks,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { base64Of, SHA256_METADATA } from './object-info.ts';
import { type Part, partsOf } from './parts.ts';
import { sendBody, signedPayload } from './request-body.ts';
import { alreadyExists, createObject, headIfAny, type Upload } from './upload.ts';

const PARTS_AT_ONCE = 4;

/**
 * A multipart upload: hashed first, then four parts at a time, each streamed and verified, then
 * completed under the same condition as a single put. Returns the version.
 */
export async function putMultipart(connection: S3Connection, upload: Upload): Promise<string> {
  const { source, sha256, call, createOnly } = upload;
  const parts = await partsOf(source, sha256, call);
  // The condition is checked at the end, when all the bytes have travelled.
  if (createOnly && (await headIfAny(connection, upload)) !== undefined) throw alreadyExists(call);
  const uploadId = await createUpload(connection, upload);
  try {
    const completed = await uploadParts(connection, upload, uploadId, parts);
    return await completeUpload(connection, upload, uploadId, completed);
  } catch (error) {
    await abortUpload(connection, upload, uploadId);
    throw error;
  }
}

async function createUpload(connection: S3Connection, { key, sha256, call }: Upload) {
  const { bucket, sendsChecksums } = connection.options;
  const { UploadId } = await connection.request(call, (client, options) =>
    client.send(
      new CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        Metadata: { [SHA256_METADATA]: sha256 },
        ...(sendsChecksums ? { ChecksumAlgorithm: 'SHA256' } : {}),
      }),
      options,
    ),
  );
  if (UploadId !== undefined) return UploadId;
  throw failure(call, { code: 'Unavailable', message: 'the store gave no id for the upload' });
}

async function uploadParts(
  connection: S3Connection,
  upload: Upload,
  uploadId: string,
  parts: readonly Part[],
): Promise<CompletedPart[]> {
  const controller = new AbortController();
  const outer = upload.call.signal === undefined ? [] : [upload.call.signal];
  const call = { ...upload.call, signal: AbortSignal.any([...outer, controller.signal]) };
  const completed: CompletedPart[] = [];
  const queue = parts.values();
  let failed: unknown;
  const worker = async () => {
    try {
      for (const part of queue)
        completed.push(await uploadPart(connection, { ...upload, call }, uploadId, part));
    } catch (error) {
      failed ??= error;
      // What the other parts then say is only that they were stopped.
      controller.abort();
    }
  };
  await Promise.all(Array.from({ length: PARTS_AT_ONCE }, worker));
  if (failed !== undefined) throw failed;
  return completed.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
}

function uploadPart(
  connection: S3Connection,
  { key, source, call }: Upload,
  uploadId: string,
  { number, range, sha256 }: Part,
): Promise<CompletedPart> {
  const { bucket, sendsChecksums } = connection.options;
  const checksum = sendsChecksums ? { ChecksumSHA256: base64Of(sha256) } : {};
  return connection.request(call, (client, { abortSignal: signal }) =>
    sendBody(
      verifiedChunks(source, { ...call, range, sha256 }),
      signal,
      async (body, abortSignal) => {
        const command = new UploadPartCommand({
          Bucket: bucket,
          Key: key,
          UploadId: uploadId,
          PartNumber: number,
          Body: body,
          ContentLength: range.end - range.start,
          ...checksum,
        });
        command.middlewareStack.add(signedPayload(sha256), { step: 'build' });
        const { ETag } = await client.send(command, { abortSignal });
        return { PartNumber: number, ...(ETag === undefined ? {} : { ETag }), ...checksum };
      },
    ),
  );
}

function completeUpload(
  connection: S3Connection,
  upload: Upload,
  uploadId: string,
  parts: CompletedPart[],
): Promise<string> {
  const { key, call, createOnly } = upload;
  const command = () =>
    new CompleteMultipartUploadCommand({
      Bucket: connection.options.bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts: parts },
      ...(createOnly ? { IfNoneMatch: '*' } : {}),
    });
  return createObject(connection, upload, () =>
    connection.once(call, async (client, options) => {
      const { ETag } = await client.send(command(), options);
      return ETag;
    }),
  );
}

/** Frees the parts; the upload's own error matters more than this one. */
async function abortUpload(
  connection: S3Connection,
  { key, call }: Upload,
  uploadId: string,
): Promise<void> {
  const { bucket } = connection.options;
  // Without the caller's signal, which may be why the upload ended.
  const cleanup: CallContext = { operation: call.operation, key };
  try {
    await connection.request(cleanup, (client, options) =>
      client.send(
        new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }),
        options,
      ),
    );
  } catch (error) {
    // Gone already, or left to the bucket's lifecycle rule: parts are no object, and no one sees them.
    if (!isStorageError(error)) throw error;
  }
}
