import { unpublishedRun, writeUnpublished } from '../bulk/bulk-stage.ts';
import type { OpenBucket } from '../database/miner-database.ts';
import { throwIfAborted } from '../errors.ts';
import type { LedgerBucket } from '../ledger/ledger-records.ts';
import { ENTRY_BYTES, uriKeyAt } from '../ledger/row-digest.ts';
import { type Batch, MAX_MASKED_ROWS, MaskSet } from './batch.ts';
import { BucketDiff, type Place } from './bucket-diff.ts';
import type { BucketQueue } from './bucket-queue.ts';
import { type Cycle, enter } from './cycle.ts';
import type { Departures } from './departures.ts';
import { MovedRows } from './moved-rows.ts';
import type { PlannedBucket } from './plan.ts';
import { removeDeparted } from './remove-departed.ts';
import type { RowSink } from './row-sink.ts';

/**
 * Compares planned buckets with the ledger, writes the rows that are new or replaced, and stops when the
 * commit is full. A bucket that is cut there stays in the queue: what this commit holds of it will be
 * found unchanged.
 */
export async function writeFiles(
  cycle: Cycle,
  queue: BucketQueue,
  departures: Departures,
  sink: RowSink,
): Promise<Batch> {
  await enter(cycle, 'write');
  const work: Work = {
    cycle,
    sink,
    masks: new MaskSet(),
    moved: new MovedRows(cycle, departures),
    departures,
  };
  const buckets = new Map<number, LedgerBucket>();
  try {
    for (let bucket = queue.first; bucket; bucket = queue.first) {
      if (sink.full || work.masks.rows >= MAX_MASKED_ROWS || cycle.stop?.aborted) break;
      throwIfAborted(cycle.signal);
      const bulk = sink.adopt ? unpublishedRun(cycle, queue, sink.filesLeft) : [];
      if (bulk.length > 0) {
        for (const written of await takeUnpublished(work, queue, bulk))
          buckets.set(written.bucketId, written);
        continue;
      }
      const { bucketId } = bucket;
      const segments = cycle.ledger.published.segmentsOf(bucketId);
      const compared = await cycle.database.readBucket(bucketId, (open) =>
        compareBucket(work, bucketId, open, new BucketDiff(segments)),
      );
      if (compared === undefined) break;
      buckets.set(bucketId, compared);
      queue.remove(bucketId);
      cycle.counts.bucketsChanged += 1;
      cycle.progress({ phase: 'write', rowsDone: queue.rowsDone, rowsTotal: queue.rowsTotal });
    }
    if (!queue.first)
      for (const bucket of removeDeparted(cycle, departures, work.masks))
        buckets.set(bucket.bucketId, bucket);
    return { files: await sink.finish(), masks: work.masks, buckets: [...buckets.values()] };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

interface Work {
  readonly cycle: Cycle;
  readonly sink: RowSink;
  readonly masks: MaskSet;
  readonly moved: MovedRows;
  readonly departures: Departures;
}

/** Writes buckets of which nothing is published, and what they hold of rows that were elsewhere. */
async function takeUnpublished(
  { cycle, sink, masks, moved }: Work,
  queue: BucketQueue,
  planned: readonly PlannedBucket[],
): Promise<readonly LedgerBucket[]> {
  const { counts } = cycle;
  let rowsDone = queue.rowsDone;
  const { files, buckets } = await writeUnpublished(cycle, planned, (rows) => {
    rowsDone += rows;
    cycle.progress({ phase: 'write', rowsDone, rowsTotal: queue.rowsTotal });
  });
  sink.adopt?.(files);
  for (const { segments } of files)
    for (const { bucketId, entries } of segments)
      for (let at = 0; at < entries.byteLength; at += ENTRY_BYTES) {
        const old = moved.placeOf(entries.subarray(at, at + ENTRY_BYTES), bucketId);
        if (old && masks.add(old)) counts.rowsReplaced += 1;
        else counts.rowsAdded += 1;
      }
  for (const { bucketId } of buckets) queue.remove(bucketId);
  counts.bucketsChanged += buckets.length;
  return buckets;
}

/** The bucket as it is published then, undefined where the commit was full before its end. */
async function compareBucket(
  { cycle, sink, masks, moved, departures }: Work,
  bucketId: number,
  open: OpenBucket,
  diff: BucketDiff,
): Promise<LedgerBucket | undefined> {
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
      // A row that was found elsewhere in the meantime, and is back, has lost its old place to that.
      if (comparison.kind === 'same' && !masks.has(comparison.old)) {
        same += 1;
        continue;
      }
      const old = comparison.kind === 'new' ? moved.placeOf(entry, bucketId) : comparison.old;
      if (old && masks.add(old)) counts.rowsReplaced += 1;
      else counts.rowsAdded += 1;
      counts.contentBytes += entity.content.byteLength;
      if (sink.push(entity, entry) === 'flush') await sink.flush();
      if (sink.full || cycle.stop?.aborted) return undefined;
    }
  }
  counts.rowsUnchanged += same;
  counts.rowsUnpublishable += unpublishable;
  const isExpired = bucketId < cycle.database.firstBucket;
  if (cycle.deletedRows === 'keep' && !isExpired)
    return { bucketId, fingerprint: open.fingerprint };
  const gone: Place[] = [];
  let later = 0;
  for (const place of diff.gone())
    if (departures.has(uriKeyAt(place.segment.entries, place.row * ENTRY_BYTES), bucketId))
      gone.push(place);
    else later += 1;
  // What left while the run was under way may be on its way to a bucket that was read before.
  const fingerprint = later === 0 ? open.fingerprint : null;
  if (gone.length === 0) return { bucketId, fingerprint };
  departures.defer(bucketId, gone, fingerprint);
  return { bucketId, fingerprint: null };
}
