import { failure } from '@data-universe/storage-core';
import type { S3Connection } from '../connection.ts';
import { LARGEST_PUT } from '../parts.ts';
import type { Upload } from '../upload.ts';

/** Throws StorageError for a put that no service presigns. */
export function assertPresignable(
  { options }: S3Connection,
  { source, createOnly, call }: Upload,
): void {
  if (source.size > LARGEST_PUT)
    throw failure(call, {
      code: 'TooLarge',
      message:
        `it has ${source.size} bytes, and with presigned requests nothing goes in parts: a put has ` +
        `at most ${LARGEST_PUT} bytes (5 GiB)`,
    });
  if (source.size === 0)
    throw failure(call, {
      code: 'Unsupported',
      message: 'with presigned requests an empty object can not be put',
    });
  if (!createOnly && options.conditionalWrites)
    throw failure(call, {
      code: 'Unsupported',
      message: 'with presigned requests nothing can be replaced: they are signed for new objects',
    });
}
