import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Bytes that can be read more than once, so that a failed upload can be repeated. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /**
   * Opens a fresh reading of `[start, end)`, of everything by default. A chunk that was yielded
   * is never written to again.
   */
  stream(range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    async *stream(range) {
      const part = range ? bytes.subarray(range.start, range.end) : bytes;
      if (part.byteLength > 0) yield part;
    },
  };
}

/** A file whose size is taken now; it must not change while it is read. */
export async function fileSource(path: string): Promise<ByteSource> {
  const { size } = await stat(path);
  return {
    size,
    stream(range) {
      // To the file's real end: one that has grown since must be noticed, not cut.
      const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY };
      if (start >= end) return emptyStream();
      return createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 });
    },
  };
}

async function* emptyStream(): AsyncIterable<Uint8Array> {}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
