import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  type CallContext,
  failure,
  isStorageError,
  type ObjectKey,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { base64Of, SHA256_METADATA } from './object-info.ts';
import type { ReadPart } from './part-in-making.ts';
import { sendBody, signedPayload, slices } from './request-body.ts';
import { isGone } from './s3-failure.ts';
import { withinTime } from './time-limit.ts';
import type { Upload } from './upload.ts';

/** A store may put together an object of thousands of parts before it says anything. */
const COMPLETION_SILENCE_MS = 300_000;
/** Cleaning up keeps no one waiting. */
const ABORT_LIMIT_MS = 5_000;

/** A part that the store holds, as ListParts tells it. */
export interface StoredPart {
  readonly size: number;
  readonly etag: string;
  /** Base64, where the store keeps one. */
  readonly sha256: string | undefined;
}

export async function createUpload(
  connection: S3Connection,
  { key, sha256, call }: Upload,
): Promise<string> {
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

/** The parts an upload has already, over any number of pages. */
export async function listParts(
  connection: S3Connection,
  { key, call }: Upload,
  uploadId: string,
): Promise<ReadonlyMap<number, StoredPart>> {
  const parts = new Map<number, StoredPart>();
  let marker: string | undefined;
  do {
    const page: ListPartsCommandOutput = await connection.request(call, (client, options) =>
      client.send(
        new ListPartsCommand({
          Bucket: connection.options.bucket,
          Key: key,
          UploadId: uploadId,
          ...(marker === undefined ? {} : { PartNumberMarker: marker }),
        }),
        options,
      ),
    );
    for (const { PartNumber, Size, ETag, ChecksumSHA256 } of page.Parts ?? [])
      if (PartNumber !== undefined && Size !== undefined && ETag !== undefined)
        parts.set(PartNumber, { size: Size, etag: ETag, sha256: ChecksumSHA256 });
    const next = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
    // A page that leads nowhere: what is not listed is sent again.
    marker = next === marker ? undefined : next;
  } while (marker !== undefined);
  return parts;
}

/** Sends one part from memory, as often as it takes, and returns what completes it. */
export function uploadPart(
  connection: S3Connection,
  { key, call, progress }: Upload,
  uploadId: string,
  { number, bytes, sha256 }: ReadPart,
): Promise<CompletedPart> {
  const { bucket, sendsChecksums } = connection.options;
  const checksum = sendsChecksums ? { ChecksumSHA256: base64Of(sha256) } : {};
  const length = bytes.byteLength;
  const onSent = (sent: number) => progress.reached(number, sent);
  return connection.request(call, (client) =>
    sendBody(slices(bytes), { length, call, onSent }, async (body, abortSignal) => {
      const command = new UploadPartCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        PartNumber: number,
        Body: body,
        ContentLength: length,
        ...checksum,
      });
      command.middlewareStack.add(signedPayload(sha256), { step: 'build' });
      const { ETag } = await client.send(command, { abortSignal });
      return { PartNumber: number, ...(ETag === undefined ? {} : { ETag }), ...checksum };
    }),
  );
}

/** Asks once for the object to be made of its parts. */
export function completeUpload(
  connection: S3Connection,
  { key, call, createOnly }: Upload,
  uploadId: string,
  parts: readonly CompletedPart[],
): Promise<{ readonly ETag?: string | undefined; readonly ChecksumSHA256?: string | undefined }> {
  const { bucket, conditionalWrites, idleTimeoutMs } = connection.options;
  const requestTimeout = Math.max(idleTimeoutMs, COMPLETION_SILENCE_MS);
  return connection.once(call, (client, options) =>
    client.send(
      new CompleteMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        MultipartUpload: { Parts: [...parts] },
        ...(createOnly && conditionalWrites ? { IfNoneMatch: '*' } : {}),
      }),
      { ...options, requestTimeout },
    ),
  );
}

/**
 * Frees the parts. False where the store did not confirm it: parts are no object and no one sees
 * them, so that a sweep or the bucket's lifecycle rule may do it later.
 */
export async function abortUpload(
  connection: S3Connection,
  key: ObjectKey,
  uploadId: string,
): Promise<boolean> {
  const { bucket } = connection.options;
  // Without the caller's signal, which may be why the upload ends.
  const cleanUp: CallContext = { operation: 'put', key };
  try {
    await withinTime(cleanUp, ABORT_LIMIT_MS, (call) =>
      connection.request(call, (client, options) =>
        client.send(
          new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }),
          options,
        ),
      ),
    );
    return true;
  } catch (error) {
    if (!isStorageError(error)) throw error;
    return isGone(error);
  }
}
