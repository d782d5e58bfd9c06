import { verifiedChunks } from '@data-universe/storage-core';
import {
  nextPart,
  type PartInMaking,
  type ReadPart,
  type ReadPartsOptions,
} from './part-in-making.ts';
import { readPartsInPlace } from './read-parts-in-place.ts';
import type { Upload } from './upload.ts';

/**
 * A source's parts in their order, read once and hashed on the way, each and as a whole. The last
 * one comes only when the whole proved to be what was announced: before, nothing can be completed.
 * Throws ChecksumMismatch, Aborted, and Unknown for a source that fails.
 */
export function readParts(
  upload: Upload,
  options: ReadPartsOptions,
): AsyncGenerator<ReadPart, void, undefined> {
  return upload.source.open === undefined
    ? partsOfStream(upload, options)
    : readPartsInPlace(upload, upload.source.open(), options);
}

async function* partsOfStream(
  upload: Upload,
  options: ReadPartsOptions,
): AsyncGenerator<ReadPart, void, undefined> {
  const { source, sha256, call } = upload;
  let number = 1;
  let filling: PartInMaking | undefined;
  try {
    for await (const chunk of verifiedChunks(source, { ...call, sha256 })) {
      for (let at = 0; at < chunk.byteLength; ) {
        filling ??= await nextPart(upload, options, number++);
        const piece = chunk.subarray(at, at + filling.room.byteLength);
        filling.room.set(piece);
        filling.filled(piece.byteLength);
        at += piece.byteLength;
        if (filling.room.byteLength > 0) continue;
        const part = filling.finish();
        filling = undefined;
        yield part;
      }
    }
  } finally {
    filling?.release();
  }
}
