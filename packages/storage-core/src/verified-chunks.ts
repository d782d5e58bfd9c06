import { BodyProof } from './body-proof.ts';
import { type ByteSource, unreadable } from './byte-source.ts';
import { type CallContext, throwIfAborted, untilAborted } from './call-context.ts';
import type { Sha256 } from './checksum.ts';

export interface VerifyOptions extends CallContext {
  /** Of the bytes read: of the range where one is given. */
  readonly sha256: Sha256;
  readonly range?: { readonly start: number; readonly end: number } | undefined;
}

/**
 * A source's bytes, checked against their size and SHA-256 as they pass. The last chunk is held
 * back until all of them proved right, so that whoever waits for the whole length never receives
 * it otherwise. Throws ChecksumMismatch, Aborted, and Unknown for a source that fails.
 */
export async function* verifiedChunks(
  source: ByteSource,
  options: VerifyOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const size = options.range ? options.range.end - options.range.start : source.size;
  const proof = new BodyProof(options, { size, sha256: options.sha256 });
  let held: Uint8Array | undefined;
  for await (const chunk of abortableChunks(source, options)) {
    proof.take(chunk);
    if (chunk.byteLength === 0) continue;
    if (held !== undefined) yield held;
    held = chunk;
  }
  throwIfAborted(options);
  proof.end();
  if (held !== undefined) yield held;
}

async function* abortableChunks(
  source: ByteSource,
  options: VerifyOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  throwIfAborted(options);
  const chunks = source.stream(options.range)[Symbol.asyncIterator]();
  const next = async () => {
    try {
      return await chunks.next();
    } catch (cause) {
      throw unreadable(options, cause);
    }
  };
  try {
    for (;;) {
      const result = await untilAborted(next(), options);
      if (result.done) return;
      yield result.value;
      throwIfAborted(options);
    }
  } finally {
    // Not awaited: a source that hangs in `next` hangs in `return` too. The call's own outcome is
    // already decided, so what the source says while it closes changes nothing.
    void chunks.return?.()?.then(undefined, () => undefined);
  }
}
