import type { DataEntity } from '../data-entity.ts';
import { DataFileError } from '../data-file-error.ts';

/** Bytes of one entity's content, so that a reader can bound its memory. */
export const MAX_CONTENT_BYTES = 64 * 1024 * 1024;

/** What the database can say that a data file cannot. Throws DataFileError. */
export function checkEntity(entity: DataEntity, source: number, file: string): void {
  const refuse = (why: string, code: 'InvalidEntity' | 'TooLarge' = 'InvalidEntity'): never => {
    throw new DataFileError(
      code,
      file,
      `entity ${JSON.stringify(entity.uri.slice(0, 200))} ${why}`,
    );
  };
  if (entity.source !== source) refuse(`is of source ${entity.source}, the file of ${source}`);
  // One less, so that the end of a half-open range is exact too.
  if (!Number.isSafeInteger(entity.timeBucketId) || !Number.isSafeInteger(entity.timeBucketId + 1))
    refuse('has a time bucket that is no exact integer');
  if (!Number.isSafeInteger(entity.contentSizeBytes))
    refuse('has a content size that is no exact integer');
  for (const text of [entity.uri, entity.datetime, entity.label ?? ''])
    if (!text.isWellFormed()) refuse('holds half of a surrogate pair, which is no UTF-8');
  if (entity.content.byteLength > MAX_CONTENT_BYTES)
    refuse(`has ${entity.content.byteLength} bytes of content`, 'TooLarge');
}
