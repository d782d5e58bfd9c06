import { uriKeyAt } from '../ledger/row-digest.ts';
import { BucketDiff, type Place } from './bucket-diff.ts';
import type { Cycle } from './cycle.ts';

/** Buckets whose published rows are held in memory at once. */
const MAX_BUCKETS = 16;

/** For deletedRows: keep. Finds the kept row that a row of another bucket takes the place of. */
export class MovedRows {
  readonly #cycle: Cycle;
  readonly #buckets = new Map<number, BucketDiff>();

  constructor(cycle: Cycle) {
    this.#cycle = cycle;
  }

  placeOf(entry: Buffer, bucketId: number): Place | undefined {
    const uriKey = uriKeyAt(entry, 0);
    const keptBucket = this.#cycle.ledger.published.keptBucket(uriKey);
    if (keptBucket === undefined || keptBucket === bucketId) return undefined;
    return this.#publishedOf(keptBucket).take(uriKey);
  }

  #publishedOf(bucketId: number): BucketDiff {
    const known = this.#buckets.get(bucketId);
    if (known) return known;
    if (this.#buckets.size >= MAX_BUCKETS) this.#buckets.clear();
    const diff = new BucketDiff(this.#cycle.ledger.published.segmentsOf(bucketId));
    this.#buckets.set(bucketId, diff);
    return diff;
  }
}
