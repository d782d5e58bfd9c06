import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  areRowRanges,
  countRows,
  hasRow,
  mergeRowRanges,
  type RowRange,
} from '../src/manifest/row-ranges.ts';

const ROWS = 40;
const rows = fc.uniqueArray(fc.integer({ min: 0, max: ROWS - 1 }));
const singles = (numbers: readonly number[]): RowRange[] => numbers.map((row) => [row, row + 1]);

describe('row ranges', () => {
  test('merged from single rows hold exactly these rows', () => {
    fc.assert(
      fc.property(rows, (numbers) => {
        const ranges = mergeRowRanges(singles(numbers)) ?? [];
        expect(areRowRanges(ranges, ROWS)).toBe(true);
        expect(countRows(ranges)).toBe(numbers.length);
        for (let row = 0; row < ROWS; row += 1)
          expect(hasRow(ranges, row)).toBe(numbers.includes(row));
      }),
    );
  });

  test('that share a row cannot be merged', () => {
    expect(
      mergeRowRanges([
        [0, 5],
        [4, 6],
      ]),
    ).toBeUndefined();
    expect(
      mergeRowRanges([
        [4, 6],
        [0, 5],
      ]),
    ).toBeUndefined();
    expect(
      mergeRowRanges([
        [0, 9],
        [2, 3],
      ]),
    ).toBeUndefined();
  });

  test.each<{ ranges: RowRange[] }>([
    { ranges: [[1, 1]] },
    { ranges: [[2, 1]] },
    {
      ranges: [
        [0, 2],
        [1, 3],
      ],
    },
    {
      ranges: [
        [0, 2],
        [2, 3],
      ],
    },
    {
      ranges: [
        [3, 4],
        [0, 1],
      ],
    },
    { ranges: [[0, 11]] },
    { ranges: [[-1, 2]] },
  ])('$ranges are none of a file of 10 rows', ({ ranges }) => {
    expect(areRowRanges(ranges, 10)).toBe(false);
  });
});
