import type { OpenBucket } from '../database/miner-database.ts';
import { throwIfAborted } from '../errors.ts';
import type { LedgerBucket } from '../ledger/ledger-records.ts';
import { ENTRY_BYTES } from '../ledger/row-digest.ts';
import { type Batch, MaskSet } from './batch.ts';
import { BucketDiff } from './bucket-diff.ts';
import { type Cycle, enter } from './cycle.ts';
import { MovedRows } from './moved-rows.ts';
import type { PlannedBucket } from './plan.ts';
import type { RowSink } from './row-sink.ts';

/** Keeps the masks of one commit, and with them its memory and its manifest, in bounds. */
const MAX_MASKED_ROWS = 1_000_000;

/** Planned buckets not yet complete. */
export class BucketQueue {
  readonly #planned: readonly PlannedBucket[];
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

  removeFirst(): void {
    this.rowsDone += this.first?.rows ?? 0;
    this.#next += 1;
  }
}

/**
 * Compares planned buckets with the ledger, writes the rows that are new or replaced, and stops when the
 * commit is full. A bucket that is cut there stays in the queue: what this commit holds of it will be
 * found unchanged.
 */
export async function writeFiles(cycle: Cycle, queue: BucketQueue, sink: RowSink): Promise<Batch> {
  await enter(cycle, 'write');
  const work: Work = {
    cycle,
    sink,
    masks: new MaskSet(),
    moved: cycle.deletedRows === 'keep' ? new MovedRows(cycle) : undefined,
  };
  const buckets: LedgerBucket[] = [];
  try {
    for (let bucket = queue.first; bucket; bucket = queue.first) {
      if (sink.full || work.masks.rows >= MAX_MASKED_ROWS) break;
      throwIfAborted(cycle.signal);
      const { bucketId } = bucket;
      const segments = cycle.ledger.published.segmentsOf(bucketId);
      const fingerprint = await cycle.database.readBucket(bucketId, (open) =>
        compareBucket(work, bucketId, open, new BucketDiff(segments)),
      );
      if (fingerprint === undefined) break;
      buckets.push({ bucketId, fingerprint });
      queue.removeFirst();
      cycle.counts.bucketsChanged += 1;
      cycle.progress({ phase: 'write', rowsDone: queue.rowsDone, rowsTotal: queue.rowsTotal });
    }
    return { files: await sink.finish(), masks: work.masks, buckets };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

interface Work {
  readonly cycle: Cycle;
  readonly sink: RowSink;
  readonly masks: MaskSet;
  readonly moved: MovedRows | undefined;
}

/** The bucket's fingerprint, undefined where the commit was full before its end. */
async function compareBucket(
  { cycle, sink, masks, moved }: Work,
  bucketId: number,
  open: OpenBucket,
  diff: BucketDiff,
): Promise<Buffer | undefined> {
  const { counts, digest } = cycle;
  let same = 0;
  let unpublishable = 0;
  for (const page of open.pages()) {
    throwIfAborted(cycle.signal);
    unpublishable += page.unpublishable;
    for (const entity of page.entities) {
      const entry = Buffer.allocUnsafe(ENTRY_BYTES);
      digest.write(entity, entry, 0);
      const comparison = diff.compare(entry);
      if (comparison.kind === 'same') {
        same += 1;
        continue;
      }
      const old = comparison.kind === 'replaced' ? comparison.old : moved?.placeOf(entry, bucketId);
      if (old && masks.add(old)) counts.rowsReplaced += 1;
      else counts.rowsAdded += 1;
      if (sink.push(entity, entry) === 'flush') await sink.flush();
      if (sink.full) return undefined;
    }
  }
  if (cycle.deletedRows === 'mirror')
    for (const place of diff.gone()) if (masks.add(place)) counts.rowsRemoved += 1;
  counts.rowsUnchanged += same;
  counts.rowsUnpublishable += unpublishable;
  return open.fingerprint;
}
