import { PutObjectCommand } from '@aws-sdk/client-s3';
import { readAll, verifiedChunks } from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { base64Of, SHA256_METADATA } from './object-info.ts';
import { sendBody, signedPayload } from './request-body.ts';
import { createObject, type Upload } from './upload.ts';

/** One PutObject with the body streamed; each repetition reads the source again. Returns the version. */
export function putSingle(connection: S3Connection, upload: Upload): Promise<string> {
  const { key, source, sha256, call } = upload;
  const { bucket, sendsChecksums } = connection.options;
  return createObject(connection, upload, () =>
    connection.once(call, async (client, { abortSignal: signal }) => {
      const chunks = verifiedChunks(source, { ...call, sha256 });
      // The last chunk can be held back only where there is one.
      if (source.size === 0) await readAll(chunks);
      return sendBody(chunks, signal, async (body, abortSignal) => {
        const command = new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: source.size === 0 ? new Uint8Array() : body,
          ContentLength: source.size,
          Metadata: { [SHA256_METADATA]: sha256 },
          ...(sendsChecksums ? { ChecksumSHA256: base64Of(sha256) } : {}),
          ...(upload.createOnly ? { IfNoneMatch: '*' } : {}),
        });
        command.middlewareStack.add(signedPayload(sha256), { step: 'build' });
        const { ETag } = await client.send(command, { abortSignal });
        return ETag;
      });
    }),
  );
}
