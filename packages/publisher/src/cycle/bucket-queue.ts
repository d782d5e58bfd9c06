import type { PlannedBucket } from './plan.ts';

/** Planned buckets not yet complete, in their order. */
export class BucketQueue {
  readonly #planned: readonly PlannedBucket[];
  readonly #done = new Set<number>();
  #next = 0;
  readonly rowsTotal: number;
  rowsDone = 0;

  constructor(planned: readonly PlannedBucket[]) {
    this.#planned = planned;
    this.rowsTotal = planned.reduce((sum, { rows }) => sum + rows, 0);
  }

  get first(): PlannedBucket | undefined {
    return this.#planned[this.#next];
  }

  /** From the first on. */
  *left(): Generator<PlannedBucket> {
    for (let index = this.#next; index < this.#planned.length; index += 1) {
      const bucket = this.#planned[index];
      if (bucket && !this.#done.has(bucket.bucketId)) yield bucket;
    }
  }

  remove(bucketId: number): void {
    this.#done.add(bucketId);
    for (let bucket = this.first; bucket; bucket = this.first) {
      if (!this.#done.delete(bucket.bucketId)) return;
      this.rowsDone += bucket.rows;
      this.#next += 1;
    }
  }
}
