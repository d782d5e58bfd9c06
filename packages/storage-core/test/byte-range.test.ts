import { type ByteRange, resolveRange } from '@data-universe/storage-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const offset = fc.integer({ min: 0, max: 40 });
const range: fc.Arbitrary<ByteRange> = fc.oneof(
  fc.record({ start: offset }),
  fc.record({ start: offset, end: offset }),
  fc.record({ suffix: offset }),
);

/** What `slice` makes of the range; a suffix of 0 is its one exception, since -0 is 0. */
function sliced(bytes: Uint8Array, wanted: ByteRange): Uint8Array {
  if (!('suffix' in wanted)) return bytes.slice(wanted.start, wanted.end);
  return wanted.suffix === 0 ? new Uint8Array() : bytes.slice(-wanted.suffix);
}

describe('resolveRange', () => {
  it('is what slice would return', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), range, (bytes, wanted) => {
        const { start, end } = resolveRange(wanted, bytes.length);
        expect(bytes.subarray(start, end)).toEqual(sliced(bytes, wanted));
        expect(start).toBeGreaterThanOrEqual(0);
        expect(start).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('is everything without a range', () => {
    expect(resolveRange(undefined, 7)).toEqual({ start: 0, end: 7 });
  });

  it.each([
    { start: -1 },
    { start: 0.5 },
    { start: Number.NaN },
    { start: 0, end: -1 },
    { start: 0, end: Number.POSITIVE_INFINITY },
    { suffix: -1 },
    { suffix: Number.NaN },
  ])('refuses $start $end $suffix', (wanted) => {
    expect(() => resolveRange(wanted, 10)).toThrow(RangeError);
  });
});
