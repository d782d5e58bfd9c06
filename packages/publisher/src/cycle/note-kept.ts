import { throwIfAborted } from '../errors.ts';
import { BucketDiff } from './bucket-diff.ts';
import type { Cycle } from './cycle.ts';
import type { PlannedBucket } from './plan.ts';

/**
 * For deletedRows: keep. Finds, from the index alone, the published rows that are no longer in their
 * bucket, before anything is written: one that turns up in another bucket has moved and must not be
 * published twice.
 */
export function noteKept(
  { ledger, database, digest, signal }: Cycle,
  planned: readonly PlannedBucket[],
) {
  for (const { bucketId } of planned) {
    throwIfAborted(signal);
    const segments = ledger.published.segmentsOf(bucketId);
    if (segments.length === 0) continue;
    const diff = new BucketDiff(segments);
    for (const uri of database.urisOf(bucketId)) diff.take(digest.uriKey(uri));
    ledger.published.addKept(diff.remainingKeys(), bucketId);
  }
}
