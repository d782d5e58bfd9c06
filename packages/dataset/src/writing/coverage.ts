import type { MomentScanner } from './moment-scanner.ts';

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
  #firstTime = Number.POSITIVE_INFINITY;
  #lastTime = Number.NEGATIVE_INFINITY;
  #firstBucket = Number.POSITIVE_INFINITY;
  #lastBucket = Number.NEGATIVE_INFINITY;

  add({ found, seconds }: MomentScanner, bucket: number): void {
    if (found) {
      if (seconds < this.#firstTime) this.#firstTime = seconds;
      if (seconds > this.#lastTime) this.#lastTime = seconds;
    }
    if (bucket < this.#firstBucket) this.#firstBucket = bucket;
    if (bucket > this.#lastBucket) this.#lastBucket = bucket;
  }

  result(): Coverage {
    const [timeStart, timeEnd] = halfOpen(this.#firstTime, this.#lastTime);
    const [bucketStart, bucketEnd] = halfOpen(this.#firstBucket, this.#lastBucket);
    return { timeStart, timeEnd, bucketStart, bucketEnd };
  }
}

function halfOpen(first: number, last: number): readonly [number, number] {
  return first > last ? [0, 0] : [first, last + 1];
}
