import { throwIfAborted } from '../errors.ts';
import { BucketDiff } from './bucket-diff.ts';
import type { Cycle } from './cycle.ts';
import type { Departures } from './departures.ts';
import type { PlannedBucket } from './plan.ts';

/**
 * Finds, from the index alone, the published rows that are no longer in their bucket, before anything is
 * written. What the database no longer has and the dataset keeps is remembered by the ledger.
 */
export function noteDepartures(
  { ledger, database, digest, signal, deletedRows }: Cycle,
  planned: readonly PlannedBucket[],
  departures: Departures,
  options: { readonly remember: boolean },
): void {
  for (const { bucketId, why } of planned) {
    throwIfAborted(signal);
    if (why === 'fullScan') continue;
    const segments = ledger.published.segmentsOf(bucketId);
    if (segments.length === 0) continue;
    const diff = new BucketDiff(segments);
    for (const uri of database.urisOf(bucketId)) diff.take(digest.uriKey(uri));
    const keys = [...diff.remainingKeys()];
    departures.note(bucketId, keys);
    if (deletedRows === 'keep' && why !== 'expired' && options.remember)
      ledger.published.addKept(keys, bucketId);
  }
}
