import type { ManifestFile } from '@data-universe/dataset';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, mayHoldRange, timeSpan } from '../src/date-range.ts';

const fileOf = (time: readonly [number, number], buckets: readonly [number, number]) =>
  ({
    time_start: time[0],
    time_end: time[1],
    bucket_start: buckets[0],
    bucket_end: buckets[1],
  }) as ManifestFile;

const seconds = fc.integer({ min: -100_000, max: 100_000 });
const pair = fc.tuple(seconds, seconds).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

describe('a file and a date range', () => {
  it('meet wherever a row of the file can be within the range', () => {
    fc.assert(
      fc.property(pair, pair, seconds, (file, range, time) => {
        fc.pre(time >= file[0] && time < file[1]);
        const dateRange = { start: new Date(range[0] * 1000), end: new Date(range[1] * 1000) };
        const datetime = `${new Date(time * 1000).toISOString().slice(0, 19)}+00:00`;
        const entity = {
          ...{ uri: 'u', source: 2, label: null, content: new Uint8Array(), contentSizeBytes: 0 },
          datetime,
          timeBucketId: 0,
        };
        const within = isWithin(entity, dateRange);
        expect(within).toBe(time >= range[0] && time < range[1]);
        if (within) expect(mayHoldRange(fileOf(file, [0, 1]), dateRange)).toBe(true);
      }),
    );
  });

  it('have a span that is a valid Date, whatever a miner signs', () => {
    fc.assert(
      fc.property(
        fc.tuple(...Array<fc.Arbitrary<number>>(4).fill(fc.maxSafeInteger())),
        (signed) => {
          const [a = 0, b = 0, c = 0, d = 0] = signed;
          const { start, end } = timeSpan(fileOf([a, b], [c, d]));
          expect([start.getTime(), end.getTime()].some(Number.isNaN)).toBe(false);
        },
      ),
    );
  });

  it('fall back on the time buckets where no row has a time', () => {
    expect(timeSpan(fileOf([0, 0], [2, 3]))).toEqual({
      start: new Date(2 * 3_600_000),
      end: new Date(3 * 3_600_000),
    });
  });
});
