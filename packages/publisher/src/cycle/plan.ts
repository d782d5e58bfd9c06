import { EMPTY_FINGERPRINT } from '../database/fingerprint.ts';
import type { BucketSummary } from '../database/miner-database.ts';
import type { LedgerBucket } from '../ledger/ledger-records.ts';
import { type Cycle, enter } from './cycle.ts';

export interface PlannedBucket {
  readonly bucketId: number;
  /** When it was scanned. */
  readonly rows: number;
  /** Whether it differs from the ledger; false where only a full scan reads it. */
  readonly moved: boolean;
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
  const addVanished = (before: number) => {
    for (const bucket of published.takeBelow(before))
      if (fullScan || !bucket.fingerprint?.equals(EMPTY_FINGERPRINT))
        planned.push({ bucketId: bucket.bucketId, rows: 0, moved: true });
  };
  try {
    for await (const bucket of cycle.database.buckets(unpublishable, cycle.signal)) {
      cycle.counts.bucketsScanned += 1;
      addVanished(bucket.bucketId);
      const moved = hasMoved(bucket, published.take(bucket.bucketId));
      if (fullScan || moved) planned.push({ bucketId: bucket.bucketId, rows: bucket.rows, moved });
      if (cycle.counts.bucketsScanned % 1000 === 0)
        cycle.progress({ bucketsDone: cycle.counts.bucketsScanned });
    }
    addVanished(Number.POSITIVE_INFINITY);
    cycle.progress({ bucketsDone: cycle.counts.bucketsScanned });
  } finally {
    published.close();
  }
  cycle.counts.rowsUnpublishable += unpublishable.rows;
  return planned;
}

function hasMoved(bucket: BucketSummary, known: LedgerBucket | undefined): boolean {
  return known === undefined || !known.fingerprint?.equals(bucket.fingerprint);
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
