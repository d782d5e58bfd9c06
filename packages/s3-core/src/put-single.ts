import { PutObjectCommand } from '@aws-sdk/client-s3';
import { readAll, verifiedChunks } from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { createObject } from './create-object.ts';
import { base64Of, SHA256_METADATA } from './object-info.ts';
import { refuseTaken } from './proof.ts';
import { sendBody, signedPayload } from './request-body.ts';
import type { Stored, Upload } from './upload.ts';

/** One PutObject with the body streamed; each repetition reads the source again. */
export async function putSingle(connection: S3Connection, upload: Upload): Promise<Stored> {
  const { key, source, sha256, call, createOnly, progress } = upload;
  const { bucket, sendsChecksums, conditionalWrites } = connection.options;
  if (!conditionalWrites) await refuseTaken(connection, upload);
  const body = {
    length: source.size,
    call,
    onSent: (bytes: number) => progress.reached(1, bytes),
  };
  return createObject(connection, upload, base64Of(sha256), () =>
    connection.once(call, async (client) => {
      const chunks = verifiedChunks(source, { ...call, sha256 });
      // The last chunk can be held back only where there is one.
      if (source.size === 0) await readAll(chunks);
      return sendBody(chunks, body, (stream, abortSignal) => {
        const command = new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: source.size === 0 ? new Uint8Array() : stream,
          ContentLength: source.size,
          Metadata: { [SHA256_METADATA]: sha256 },
          ...(sendsChecksums ? { ChecksumSHA256: base64Of(sha256) } : {}),
          ...(createOnly && conditionalWrites ? { IfNoneMatch: '*' } : {}),
        });
        command.middlewareStack.add(signedPayload(sha256), { step: 'build' });
        return client.send(command, { abortSignal });
      });
    }),
  );
}
