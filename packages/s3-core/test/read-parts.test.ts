import { createHash } from 'node:crypto';
import { MAX_PUT_BYTES } from '@data-universe/core-auth';
import { bytesSource, parseObjectKey, type Sha256, sha256Of } from '@data-universe/storage-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferPool } from '../src/buffer-pool.ts';
import { fittingPartSize, LARGEST_PUT, partRange } from '../src/parts.ts';
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

describe('the parts of a source that is read in place', () => {
  interface Readings {
    /** How many bytes the next reading brings, at most. */
    readonly most?: (() => number) | undefined;
    readonly before?: ((into: Uint8Array) => Promise<void>) | undefined;
  }

  /** A source whose announced size and hash may be others than those of what it holds. */
  function inPlace(held: Uint8Array, announced: Uint8Array, { most, before }: Readings = {}) {
    let open = 0;
    const put = upload([announced]);
    const source = {
      ...put.source,
      open: async () => {
        open += 1;
        return {
          read: async (into: Uint8Array, position: number) => {
            await before?.(into);
            const wanted = Math.min(into.byteLength, most?.() ?? into.byteLength);
            const bytes = held.subarray(position, position + wanted);
            into.set(bytes);
            return bytes.byteLength;
          },
          close: async () => {
            open -= 1;
          },
        };
      },
    };
    return { put: { ...put, source }, openReaders: () => open };
  }

  const parts8 = (buffers: BufferPool) => ({ buffers, partSize: 8, wantsMd5: () => false });

  /** The parts that came, and the error that ended them. */
  async function partsOf(put: Upload, buffers = new BufferPool(1)) {
    const parts: Uint8Array[] = [];
    try {
      for await (const part of readParts(put, parts8(buffers))) {
        expect(part.sha256).toBe(sha256Of(part.bytes));
        parts.push(Buffer.from(part.bytes));
        part.release();
      }
      return { parts, error: undefined };
    } catch (error) {
      return { parts, error };
    }
  }

  it('are its bytes in their order, however few a reading brings', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), sizes, async (bytes, given) => {
        let n = 0;
        const most = () => given[n++ % given.length] ?? 1;
        const { put, openReaders } = inPlace(bytes, bytes, { most });
        const { parts, error } = await partsOf(put);
        expect(error).toBeUndefined();
        expect(Buffer.concat(parts).equals(bytes)).toBe(true);
        await expect.poll(openReaders).toBe(0);
      }),
    );
  });

  it.each([
    ['shorter', Buffer.alloc(19)],
    ['shorter by whole parts', Buffer.alloc(8)],
    ['longer', Buffer.alloc(21)],
    ['other', Buffer.alloc(20, 1)],
  ])('lack the last where the source is %s than announced', async (_, held) => {
    const { put, openReaders } = inPlace(held, Buffer.alloc(20));
    const buffers = new BufferPool(1);
    const { parts, error } = await partsOf(put, buffers);
    expect(error).toMatchObject({ name: 'StorageError', code: 'ChecksumMismatch' });
    expect(parts.length).toBeLessThan(3);
    await expect.poll(openReaders).toBe(0);
    expect((await buffers.lend(8, put.call)).bytes.byteLength).toBe(8);
  });

  it('say why they could not be read', async () => {
    const bytes = Buffer.alloc(20);
    const before = async () => {
      throw new Error('the disk was pulled out');
    };
    const { error } = await partsOf(inPlace(bytes, bytes, { before }).put);
    expect(error).toMatchObject({ code: 'Unknown' });
    expect(String(error)).toContain('the disk was pulled out');

    const absent = { ...upload([bytes]).source, open: () => Promise.reject(new Error('no file')) };
    const { error: unopened } = await partsOf({ ...upload([bytes]), source: absent });
    expect(unopened).toMatchObject({ code: 'Unknown' });
  });

  it('keep the memory of a reading that is given up until it is over', async () => {
    const bytes = Buffer.alloc(20);
    const controller = new AbortController();
    let finish = () => {};
    const hanging = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { put, openReaders } = inPlace(bytes, bytes, {
      before: () => {
        controller.abort();
        return hanging;
      },
    });
    const buffers = new BufferPool(1);
    const call = { ...put.call, signal: controller.signal };
    const { error } = await partsOf({ ...put, call }, buffers);
    expect(error).toMatchObject({ code: 'Aborted' });
    const next = buffers.lend(8, put.call);
    const first = await Promise.race([next, new Promise<string>((r) => setImmediate(r, 'none'))]);
    expect(first).toBe('none');
    expect(openReaders()).toBe(1);
    finish();
    expect((await next).bytes.byteLength).toBe(8);
    await expect.poll(openReaders).toBe(0);
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

it('the largest put is what a credential service presigns', () => {
  // Written down twice, so that no store's client loads what verifies signatures of hotkeys.
  expect(LARGEST_PUT).toBe(MAX_PUT_BYTES);
});
