import { isStorageError } from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { type ObjectFacts, versionOf } from './object-info.ts';
import { alreadyExists } from './proof.ts';
import { isGone } from './s3-failure.ts';
import { headIfAny, type Stored, type Upload } from './upload.ts';

interface Answer {
  readonly ETag?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
}

/**
 * The request that makes the object appear, repeated while that may help. After a lost answer the
 * key may be taken by this very upload: that it holds the same bytes is then a success.
 */
export function createObject(
  connection: S3Connection,
  upload: Upload,
  checksum: string,
  create: () => Promise<Answer>,
): Promise<Stored> {
  return connection.repeating(upload.call, async ({ uncertain }) => {
    try {
      const { ETag = '', ChecksumSHA256 } = await create();
      return { version: versionOf(ETag), confirmed: ChecksumSHA256 === checksum };
    } catch (error) {
      const refused = upload.createOnly && isStorageError(error, 'PreconditionFailed');
      if (!refused && !isGone(error)) throw error;
      const existing = uncertain || isGone(error) ? await headIfAny(connection, upload) : undefined;
      if (uncertain && isOf(upload, existing))
        return { version: existing.info.version, confirmed: existing.checksum === checksum };
      if (refused || (upload.createOnly && existing !== undefined))
        throw await alreadyExists(connection, upload, { existing, cause: error });
      throw error;
    }
  });
}

function isOf({ sha256, source }: Upload, existing?: ObjectFacts): existing is ObjectFacts {
  return existing?.info.sha256 === sha256 && existing.info.size === source.size;
}
