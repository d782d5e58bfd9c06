import type { BucketSummary } from '../database/bucket-scan.ts';
import { EMPTY_FINGERPRINT } from '../database/fingerprint.ts';
import type { LedgerBucket } from '../ledger/ledger-records.ts';
import type { PlanReason } from '../report.ts';
import { type Cycle, enter } from './cycle.ts';

export interface PlannedBucket {
  readonly bucketId: number;
  /** When it was scanned. */
  readonly rows: number;
  readonly why: PlanReason;
}

/**
 * The buckets that differ from what was published, ascending: those whose fingerprint moved, those that
 * left the database, and with `fullScan` all.
 */
export async function plan(cycle: Cycle, fullScan: boolean): Promise<PlannedBucket[]> {
  await enter(cycle, 'plan');
  cycle.progress({ phase: 'scan', bucketsDone: 0 });
  const unpublishable = { rows: 0 };
  const planned: PlannedBucket[] = [];
  const published = new Cursor(cycle.ledger.published.buckets());
  const { firstBucket } = cycle.database;
  const addVanished = (before: number) => {
    for (const { bucketId, fingerprint } of published.takeBelow(before)) {
      const why = bucketId < firstBucket ? 'expired' : 'gone';
      // Rows that are kept though their hour is gone have its fingerprint: that of nothing.
      if (fullScan || why === 'expired' || !fingerprint?.equals(EMPTY_FINGERPRINT))
        planned.push({ bucketId, rows: 0, why });
    }
  };
  try {
    for await (const bucket of cycle.database.buckets(unpublishable, cycle.signal)) {
      cycle.counts.bucketsScanned += 1;
      addVanished(bucket.bucketId);
      const why =
        reasonOf(bucket, published.take(bucket.bucketId)) ?? (fullScan ? 'fullScan' : undefined);
      if (why) planned.push({ bucketId: bucket.bucketId, rows: bucket.rows, why });
      if (cycle.counts.bucketsScanned % 1000 === 0)
        cycle.progress({ bucketsDone: cycle.counts.bucketsScanned });
    }
    addVanished(Number.POSITIVE_INFINITY);
    cycle.progress({ bucketsDone: cycle.counts.bucketsScanned });
  } finally {
    published.close();
  }
  cycle.counts.rowsUnpublishable += unpublishable.rows;
  for (const { why } of planned) cycle.hours[why] += 1;
  return planned;
}

function reasonOf(bucket: BucketSummary, known: LedgerBucket | undefined): PlanReason | undefined {
  if (known === undefined) return 'new';
  if (known.fingerprint === null) return 'unfinished';
  return known.fingerprint.equals(bucket.fingerprint) ? undefined : 'changed';
}

/** The ledger's buckets, ascending, one ahead. */
class Cursor {
  readonly #buckets: Generator<LedgerBucket>;
  #next: LedgerBucket | undefined;

  constructor(buckets: Generator<LedgerBucket>) {
    this.#buckets = buckets;
    this.#advance();
  }

  *takeBelow(bucketId: number): Generator<LedgerBucket> {
    while (this.#next && this.#next.bucketId < bucketId) {
      const bucket = this.#next;
      this.#advance();
      yield bucket;
    }
  }

  take(bucketId: number): LedgerBucket | undefined {
    if (this.#next?.bucketId !== bucketId) return undefined;
    const bucket = this.#next;
    this.#advance();
    return bucket;
  }

  close(): void {
    this.#buckets.return(undefined);
  }

  #advance(): void {
    const { value, done } = this.#buckets.next();
    this.#next = done ? undefined : value;
  }
}
