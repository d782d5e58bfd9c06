import { createHash } from 'node:crypto';
import {
  type ByteSource,
  type CallContext,
  type Sha256,
  verifiedChunks,
} from '@data-universe/storage-core';

const MEBIBYTE = 1024 * 1024;
/** S3's limit. */
const MAX_PARTS = 10_000;

/** From this size on a body goes up in parts of it: one that fails is cheap to repeat. */
export const PART_SIZE = 16 * MEBIBYTE;

export interface Part {
  /** From 1. */
  readonly number: number;
  readonly range: { readonly start: number; readonly end: number };
  readonly sha256: Sha256;
}

/**
 * Reads a source once and returns its parts with a SHA-256 each, so that every part can later be
 * streamed without holding it. Throws ChecksumMismatch where the whole differs from what was
 * announced: nothing has been sent then.
 */
export async function partsOf(
  source: ByteSource,
  sha256: Sha256,
  call: CallContext,
): Promise<readonly Part[]> {
  const size = partSize(source.size);
  const parts: Part[] = [];
  let start = 0;
  let hash = createHash('sha256');
  let filled = 0;
  const finish = () => {
    const range = { start, end: start + filled };
    parts.push({ number: parts.length + 1, range, sha256: hash.digest('hex') as Sha256 });
    start = range.end;
    hash = createHash('sha256');
    filled = 0;
  };
  for await (const chunk of verifiedChunks(source, { ...call, sha256 })) {
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + size - filled);
      hash.update(piece);
      at += piece.byteLength;
      filled += piece.byteLength;
      if (filled === size) finish();
    }
  }
  if (filled > 0) finish();
  return parts;
}

function partSize(total: number): number {
  const least = Math.ceil(total / MAX_PARTS);
  return Math.max(PART_SIZE, Math.ceil(least / MEBIBYTE) * MEBIBYTE);
}
