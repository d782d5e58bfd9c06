import type { BucketRange, BucketScan, ScannedRange } from './bucket-scan.ts';

/** A scan that two threads share: each takes the next range that nobody has taken. */
export interface ScanJob {
  readonly databasePath: string;
  readonly busyTimeoutMs: number | undefined;
  readonly source: number;
  readonly ranges: readonly BucketRange[];
  /** Its one item: the number of the next range. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** As many as make one of them short, and few enough to cost nothing. */
const RANGES = 64;

/** The buckets between two, in ranges of equal width; what lies beyond is in the first and the last. */
export function rangesBetween(after: number, oldest: number, newest: number): BucketRange[] {
  const width = Math.max(1, Math.ceil((newest - oldest + 1) / RANGES));
  const ranges: BucketRange[] = [];
  let from = after;
  for (let until = oldest + width; until < newest; until += width) {
    ranges.push({ after: from, until });
    from = until;
  }
  return [...ranges, { after: from }];
}

export function takeRange({ ranges, next }: ScanJob): [number, BucketRange] | undefined {
  const number = Atomics.add(next, 0, 1);
  const range = ranges[number];
  return range && [number, range];
}

interface ScanHelper {
  /** Resolves when it has told all it will, even where it failed: what it has not told is scanned here. */
  readonly done: Promise<void>;
  stop(): void;
}

export type StartHelper = (
  job: ScanJob,
  onRange: (number: number, range: ScannedRange) => void,
) => ScanHelper;

/** Range by range, in their order, whoever scanned them. */
export async function* scanTogether(
  scan: BucketScan,
  job: ScanJob,
  startHelper: StartHelper,
  signal?: AbortSignal,
): AsyncGenerator<ScannedRange> {
  const scanned = new Map<number, ScannedRange>();
  const helper = startHelper(job, (number, range) => scanned.set(number, range));
  let yielded = 0;
  try {
    for (let taken = takeRange(job); taken; taken = takeRange(job)) {
      scanned.set(taken[0], await scan.range(taken[1], signal));
      for (let ready = scanned.get(yielded); ready; ready = scanned.get(yielded)) {
        yield ready;
        scanned.delete(yielded);
        yielded += 1;
      }
    }
    await helper.done;
    for (; yielded < job.ranges.length; yielded += 1) {
      const range = job.ranges[yielded];
      if (range) yield scanned.get(yielded) ?? (await scan.range(range, signal));
    }
  } finally {
    helper.stop();
  }
}
