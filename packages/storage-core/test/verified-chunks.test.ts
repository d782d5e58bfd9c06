import {
  type ByteSource,
  bytesSource,
  readAll,
  sha256Of,
  verifiedChunks,
} from '@data-universe/storage-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function sourceOf(chunks: readonly Uint8Array[], size?: number): ByteSource {
  return {
    size: size ?? chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
    async *stream() {
      yield* chunks;
    },
  };
}

/** What a reader received before the error, and the error. */
async function received(source: ByteSource, sha256 = sha256Of(Buffer.from('x'))) {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of verifiedChunks(source, { operation: 'put', sha256 }))
      chunks.push(chunk);
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
  return { bytes: Buffer.concat(chunks), error: undefined };
}

const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 });

describe('verifiedChunks', () => {
  it('passes on every byte of a source that is what it says', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (parts) => {
        const whole = Buffer.concat(parts);
        const { bytes, error } = await received(sourceOf(parts), sha256Of(whole));
        expect(error).toBeUndefined();
        expect(bytes.equals(whole)).toBe(true);
      }),
    );
  });

  it('never lets a reader have the announced length of a source that lies', async () => {
    const lie = fc.constantFrom('hash', 'longer', 'shorter');
    await fc.assert(
      fc.asyncProperty(
        chunks,
        fc.uint8Array({ minLength: 1, maxLength: 9 }),
        lie,
        async (parts, more, kind) => {
          const all = [...parts, more];
          const whole = Buffer.concat(all);
          const size = whole.length + (kind === 'longer' ? -1 : kind === 'shorter' ? 1 : 0);
          const source = sourceOf(all, size);
          const sha256 = kind === 'hash' ? sha256Of(Buffer.concat([whole, more])) : sha256Of(whole);
          const { bytes, error } = await received(source, sha256);
          expect(error).toMatchObject({ code: 'ChecksumMismatch', retryable: false });
          if (size > 0) expect(bytes.length).toBeLessThan(size);
        },
      ),
    );
  });

  it('checks a range by its own size and hash', async () => {
    const source = bytesSource(Buffer.from('0123456789'));
    const range = { start: 2, end: 5 };
    const sha256 = sha256Of(Buffer.from('234'));
    const read = readAll(verifiedChunks(source, { operation: 'put', range, sha256 }));
    expect(Buffer.from(await read).toString()).toBe('234');
  });

  it('closes the source when its reader leaves', async () => {
    let closed = false;
    const source: ByteSource = {
      size: 30,
      async *stream() {
        try {
          for (;;) yield new Uint8Array(10);
        } finally {
          closed = true;
        }
      },
    };
    const sha256 = sha256Of(new Uint8Array(30));
    for await (const _ of verifiedChunks(source, { operation: 'put', sha256 })) break;
    expect(closed).toBe(true);
  });

  it('says which source could not be read, and why', async () => {
    const source: ByteSource = {
      size: 1,
      // biome-ignore lint/correctness/useYield: it fails before its first chunk
      async *stream() {
        throw new Error('the disk was pulled out');
      },
    };
    const { error } = await received(source);
    expect(error).toMatchObject({ code: 'Unknown' });
    expect(String(error)).toContain('the disk was pulled out');
  });
});
