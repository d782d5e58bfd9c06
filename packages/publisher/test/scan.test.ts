import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { INDEXED_QUERIES } from '../src/database/bucket-queries.ts';
import { BucketScan, type BucketSummary } from '../src/database/bucket-scan.ts';
import { openDatabase } from '../src/database/open-database.ts';
import {
  rangesBetween,
  type ScanJob,
  type StartHelper,
  scanTogether,
  takeRange,
} from '../src/database/scan-share.ts';
import { FIRST_BUCKET, post, posts } from './support/miner.ts';
import { setting } from './support/setting.ts';

function scanOf(path: string): BucketScan {
  const { connection } = openDatabase(path);
  onTestFinished(() => void connection.close());
  return new BucketScan(connection, INDEXED_QUERIES, 2);
}

function jobOf(databasePath: string, ranges: ScanJob['ranges']): ScanJob {
  const next = new Int32Array(new SharedArrayBuffer(4));
  return { databasePath, busyTimeoutMs: undefined, source: 2, ranges, next };
}

/** Does its share here, as a thread would there, and gives up after so many ranges. */
const helperWith =
  (path: string, giveUpAfter = Number.POSITIVE_INFINITY): StartHelper =>
  (job, onRange) => {
    const scan = scanOf(path);
    const work = async () => {
      let told = 0;
      for (let taken = takeRange(job); taken; taken = takeRange(job)) {
        if (told++ >= giveUpAfter) return;
        onRange(taken[0], await scan.range(taken[1]));
      }
    };
    return { done: work(), stop: () => undefined };
  };

async function together(path: string, job: ScanJob, helper: StartHelper) {
  const buckets: BucketSummary[] = [];
  let unpublishable = 0;
  for await (const range of scanTogether(scanOf(path), job, helper)) {
    buckets.push(...range.buckets);
    unpublishable += range.unpublishable;
  }
  return { buckets, unpublishable };
}

describe('a scan that two share', () => {
  it('finds what one alone finds, in its order, and counts what has no bucket', async () => {
    const { miner } = setting();
    miner.put(
      ...posts(0, 900, 200),
      post(5_000, -100_000),
      post(5_001, 0, { timeBucketId: FIRST_BUCKET + 20.5 }),
    );
    miner.db
      .prepare("UPDATE DataEntity SET timeBucketId = 'never' WHERE uri = ?")
      .run(post(7, 7).uri);
    const alone = await scanOf(miner.path).range({ after: Number.NEGATIVE_INFINITY });
    expect(alone.unpublishable).toBe(2);
    const after = Number.NEGATIVE_INFINITY;
    const ranges = rangesBetween(after, FIRST_BUCKET - 100_000, FIRST_BUCKET + 199);
    expect(ranges.length).toBeGreaterThan(30);
    for (const giveUpAfter of [Number.POSITIVE_INFINITY, 0, 3]) {
      const helper = helperWith(miner.path, giveUpAfter);
      expect(await together(miner.path, jobOf(miner.path, ranges), helper)).toEqual(alone);
    }
  });

  it('covers every bucket once, whatever the ends', () => {
    const bucket = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(bucket, fc.nat({ max: 500_000 }), fc.array(bucket), (oldest, span, buckets) => {
        const ranges = rangesBetween(Number.NEGATIVE_INFINITY, oldest, oldest + span);
        expect(ranges.length).toBeLessThanOrEqual(65);
        for (const id of [...buckets, oldest, oldest + span]) {
          const holding = ranges.filter(
            ({ after, until = Number.POSITIVE_INFINITY }) => id > after && id <= until,
          );
          expect(holding).toHaveLength(1);
        }
      }),
    );
  });

  it('ends with the signal', async () => {
    const { miner } = setting();
    miner.put(...posts(0, 100, 50));
    const job = jobOf(miner.path, rangesBetween(-1, FIRST_BUCKET, FIRST_BUCKET + 50));
    const scan = scanTogether(
      scanOf(miner.path),
      job,
      helperWith(miner.path, 0),
      AbortSignal.abort(),
    );
    await expect(scan.next()).rejects.toMatchObject({ code: 'Aborted' });
  });
});
