import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration } from '../src/index.ts';

describe('formatBytes', () => {
  it.each<[number | bigint, string]>([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [1234, '1.23 kB'],
    [999_400, '999 kB'],
    [999_600, '1 MB'],
    [430_000_000_000, '430 GB'],
    [5n * 10n ** 15n, '5 PB'],
    [5n * 10n ** 18n, '5,000 PB'],
  ])('%s is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatCount', () => {
  it.each<[number | bigint, string]>([
    [7316, '7,316'],
    [200_000_000n, '200,000,000'],
  ])('%s is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [850.4, '850 ms'],
    [999.6, '1 s'],
    [1234, '1.2 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_600, '1 h'],
    [12_000_000, '3 h 20 min'],
    [86_399_000, '24 h'],
    [86_400_000 + 4 * 3_600_000, '1 d 4 h'],
    [-5, '0 ms'],
    [Number.NaN, 'unknown'],
  ])('%s ms is %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('never shows a unit that is full', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e10, noNaN: true }), (milliseconds) => {
        expect(formatDuration(milliseconds)).not.toMatch(/\b(60 s|60 min|1000 ms)\b/);
      }),
    );
  });
});
