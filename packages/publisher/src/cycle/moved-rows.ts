import { uriKeyAt } from '../ledger/row-digest.ts';
import { BucketDiff, type Place } from './bucket-diff.ts';
import type { Cycle } from './cycle.ts';
import type { Departures } from './departures.ts';

/** Buckets whose published rows are held in memory at once. */
const MAX_BUCKETS = 16;

/** Finds the published row that a row of another bucket takes the place of. */
export class MovedRows {
  readonly #cycle: Cycle;
  readonly #departures: Departures;
  readonly #buckets = new Map<number, BucketDiff>();

  constructor(cycle: Cycle, departures: Departures) {
    this.#cycle = cycle;
    this.#departures = departures;
  }

  placeOf(entry: Buffer, bucketId: number): Place | undefined {
    const uriKey = uriKeyAt(entry, 0);
    const left = this.#departures.bucketOf(uriKey) ?? this.#keptBucket(uriKey);
    if (left === undefined || left === bucketId) return undefined;
    return this.#publishedOf(left).take(uriKey);
  }

  #keptBucket(uriKey: number): number | undefined {
    const { deletedRows, ledger } = this.#cycle;
    return deletedRows === 'keep' ? ledger.published.keptBucket(uriKey) : undefined;
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
