import { createHash } from 'node:crypto';
import { bytesSource, parseObjectKey, type Sha256, sha256Of } from '@data-universe/storage-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferPool } from '../src/buffer-pool.ts';
import { fittingPartSize, partRange } from '../src/parts.ts';
import { Progress } from '../src/progress.ts';
import { readParts } from '../src/read-parts.ts';
import type { Upload } from '../src/upload.ts';

const KEY = parseObjectKey('a');

function upload(chunks: readonly Uint8Array[], sha256?: Sha256): Upload {
  const bytes = Buffer.concat(chunks);
  return {
    key: KEY,
    source: {
      size: bytes.byteLength,
      async *stream() {
        yield* chunks;
      },
    },
    sha256: sha256 ?? sha256Of(bytes),
    createOnly: true,
    call: { operation: 'put', key: KEY },
    progress: new Progress(KEY, bytes.byteLength),
  };
}

describe('the parts of a source', () => {
  it('are its bytes in their order, with the hashes of each, however its chunks fall', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 50 }), async (given, partSize) => {
        const whole = Buffer.concat(given);
        const buffers = new BufferPool(1);
        const parts: Uint8Array[] = [];
        const options = { buffers, partSize, wantsMd5: (number: number) => number === 2 };
        for await (const part of readParts(upload(given), options)) {
          const { start, end } = partRange(part.number, partSize, whole.byteLength);
          expect(whole.subarray(start, end).equals(part.bytes)).toBe(true);
          expect(part.sha256).toBe(sha256Of(part.bytes));
          const md5 = createHash('md5').update(part.bytes).digest('hex');
          expect(part.md5).toBe(part.number === 2 ? md5 : undefined);
          parts.push(Buffer.from(part.bytes));
          part.release();
        }
        expect(Buffer.concat(parts).equals(whole)).toBe(true);
      }),
    );
  });

  it('lack the last where the whole is other than announced', async () => {
    const other = upload([Buffer.alloc(10), Buffer.alloc(10)], sha256Of(Buffer.from('other')));
    const buffers = new BufferPool(1);
    const numbers: number[] = [];
    const read = async () => {
      for await (const part of readParts(other, { buffers, partSize: 8, wantsMd5: () => false })) {
        numbers.push(part.number);
        part.release();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'ChecksumMismatch' });
    expect(numbers).toEqual([1]);
    // The buffer of the part that was not finished is free again.
    expect((await buffers.lend(8, { operation: 'put' })).bytes.byteLength).toBe(8);
  });

  it('are read from a source once', async () => {
    let readings = 0;
    const { source, ...rest } = upload([Buffer.alloc(10)]);
    const counted = {
      size: source.size,
      stream() {
        readings += 1;
        return bytesSource(Buffer.alloc(10)).stream();
      },
    };
    const options = { buffers: new BufferPool(1), partSize: 4, wantsMd5: () => false };
    for await (const part of readParts({ ...rest, source: counted }, options)) part.release();
    expect(readings).toBe(1);
  });
});

describe('the size of parts', () => {
  it('is as wished, and more where 10,000 of them would not do', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5 * 1024 ** 2, max: 1024 ** 3 }),
        fc.integer({ min: 1, max: 5 * 1024 ** 4 }),
        (wished, total) => {
          const size = fittingPartSize(wished, total);
          expect(size).toBeGreaterThanOrEqual(wished);
          expect(Math.ceil(total / size)).toBeLessThanOrEqual(10_000);
          if (total <= wished * 10_000) expect(size).toBe(wished);
          expect(fittingPartSize(size, total)).toBe(size);
        },
      ),
    );
  });
});
