import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { type CallContext, failure } from './call-context.ts';
import type { StorageError } from './errors.ts';

/** Bytes that can be read more than once, so that a failed upload can be repeated. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /**
   * Opens a fresh reading of `[start, end)`, of everything by default. A chunk that was yielded
   * is never written to again.
   */
  stream(range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /** Where its bytes can be read into memory that the reader brings. */
  open?(): Promise<ByteReader>;
}

export interface ByteReader {
  /**
   * Reads from byte `position` on into all of `into`, or into its beginning, and returns how many
   * bytes came: 0 at the end. `into` belongs to it until then.
   */
  read(into: Uint8Array, position: number): Promise<number>;
  /** After the reading that is under way, if one is. */
  close(): Promise<void>;
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
    async open() {
      const file = await open(path, 'r');
      return {
        read: async (into, position) =>
          (await file.read(into, 0, into.byteLength, position)).bytesRead,
        close: () => file.close(),
      };
    },
  };
}

async function* emptyStream(): AsyncIterable<Uint8Array> {}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** What a source's own failure is to the call that reads it. */
export function unreadable(call: CallContext, cause: unknown): StorageError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return failure(call, { code: 'Unknown', message: `its source could not be read: ${why}`, cause });
}
