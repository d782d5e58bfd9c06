import { unixSeconds } from '../datetime.ts';
import type { Moment } from './row-encoder.ts';

/** What the rows of a file span, each `[start, end)`; 0 and 0 where no row says. */
export interface Coverage {
  /** Unix seconds of the rows whose datetime names a moment. */
  readonly timeStart: number;
  readonly timeEnd: number;
  /** Hours since 1970. */
  readonly bucketStart: number;
  readonly bucketEnd: number;
}

export class CoverageBuilder {
  #times: readonly [number, number] | undefined;
  #buckets: readonly [number, number] | undefined;

  add(moment: Moment, bucket: number): void {
    if (moment !== undefined) this.#times = widened(this.#times, unixSeconds(moment));
    this.#buckets = widened(this.#buckets, bucket);
  }

  result(): Coverage {
    const [timeStart, timeEnd] = this.#times ?? [0, 0];
    const [bucketStart, bucketEnd] = this.#buckets ?? [0, 0];
    return { timeStart, timeEnd, bucketStart, bucketEnd };
  }
}

function widened(
  range: readonly [number, number] | undefined,
  value: number,
): readonly [number, number] {
  if (range === undefined) return [value, value + 1];
  return [Math.min(range[0], value), Math.max(range[1], value + 1)];
}
