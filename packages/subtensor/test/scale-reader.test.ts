import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeScale, ScaleError, type ScaleReader } from '../src/scale-reader.ts';
import { compact, littleEndian, vec } from './support/encode-scale.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const compactOf = (reader: ScaleReader) => reader.compact();
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('reading SCALE', () => {
  it.each<[string, bigint]>([
    ['00', 0n],
    ['04', 1n],
    ['a8', 42n],
    ['fc', 63n],
    ['0101', 64n],
    ['1501', 69n],
    ['fdff', 16_383n],
    ['02000100', 16_384n],
    ['feffffff', 2n ** 30n - 1n],
    ['0300000040', 2n ** 30n],
    ['03ffffffff', 2n ** 32n - 1n],
    ['070000000001', 2n ** 32n],
    ['13ffffffffffffffff', 2n ** 64n - 1n],
  ])('knows the compact number %s', (hex, value) => {
    expect(decodeScale(bytes(hex), compactOf)).toBe(value);
  });

  it.each([
    ['nothing at all', ''],
    ['two bytes for 63', 'fd00'],
    ['four bytes for 16,383', 'feff0000'],
    ['five bytes for 2^30 - 1', '03ffffff3f'],
    ['six bytes for 2^32 - 1', '07ffffffff00'],
    ['nine bytes', '17000000000000000001'],
    ['the longest mode', 'ff'.repeat(68)],
    ['a number cut short', '0300'],
    ['a byte too many', '0400'],
  ])('refuses as a compact number: %s', (_, hex) => {
    expect(() => decodeScale(bytes(hex), compactOf)).toThrow(ScaleError);
  });

  it('gives back every number, option and list that was written, and no prefix or extension', () => {
    const value = fc.tuple(u64, fc.nat(65_535), fc.boolean(), fc.array(u64), fc.option(u64));
    fc.assert(
      fc.property(value, fc.nat(), ([long, short, flag, list, maybe], cut) => {
        const encoded = Buffer.concat([
          littleEndian(long, 8),
          littleEndian(BigInt(short), 2),
          Buffer.of(flag ? 1 : 0),
          vec(list.map(compact)),
          maybe === null ? Buffer.of(0) : Buffer.concat([Buffer.of(1), compact(maybe)]),
        ]);
        const read = (reader: ScaleReader) => [
          reader.u64(),
          reader.u16(),
          reader.bool(),
          reader.vec(100, compactOf.bind(null, reader)),
          reader.option(compactOf.bind(null, reader)),
        ];
        expect(decodeScale(encoded, read)).toEqual([long, short, flag, list, maybe ?? undefined]);
        const shorter = encoded.subarray(0, cut % encoded.byteLength);
        expect(() => decodeScale(shorter, read)).toThrow(ScaleError);
        expect(() => decodeScale(Buffer.concat([encoded, Buffer.of(0)]), read)).toThrow(ScaleError);
      }),
    );
  });

  it('takes any compact number in one spelling only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 10 }), (random) => {
        let value: bigint;
        try {
          value = decodeScale(random, compactOf);
        } catch (error) {
          expect(error).toBeInstanceOf(ScaleError);
          return;
        }
        expect(Buffer.from(random)).toEqual(compact(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses a bool or option that is neither 0 nor 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 255 }), (byte) => {
        expect(() => decodeScale(Buffer.of(byte), (reader) => reader.bool())).toThrow(ScaleError);
        const option = (reader: ScaleReader) => reader.option(() => 1);
        expect(() => decodeScale(Buffer.of(byte), option)).toThrow(ScaleError);
      }),
    );
  });

  it('makes no list for a length that the bytes or the bound do not allow', () => {
    const list = (bound: number) => (reader: ScaleReader) => reader.vec(bound, () => reader.u8());
    expect(() => decodeScale(bytes('13ffffffffffffffff'), list(2 ** 40))).toThrow(ScaleError);
    expect(() => decodeScale(bytes('0c0102'), list(10))).toThrow(ScaleError);
    expect(() => decodeScale(bytes('0c010203'), list(2))).toThrow(ScaleError);
    expect(decodeScale(bytes('0c010203'), list(3))).toEqual([1, 2, 3]);
  });
});
