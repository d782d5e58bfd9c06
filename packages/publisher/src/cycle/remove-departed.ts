import { isMaskedAt } from '../ledger/entries.ts';
import type { LedgerBucket } from '../ledger/ledger-records.ts';
import { ENTRY_BYTES } from '../ledger/row-digest.ts';
import { MAX_MASKED_ROWS, type MaskSet } from './batch.ts';
import type { Cycle } from './cycle.ts';
import type { Departures } from './departures.ts';

/**
 * Masks what has left the database and turned up nowhere: the last change of a run, after all that is new.
 * Returns the buckets that are complete with it.
 */
export function removeDeparted(
  { ledger, counts }: Cycle,
  departures: Departures,
  masks: MaskSet,
): LedgerBucket[] {
  const buckets: LedgerBucket[] = [];
  while (masks.rows < MAX_MASKED_ROWS) {
    const deferred = departures.takeDeferred();
    if (deferred === undefined) break;
    const { bucketId, fingerprint, bySegment } = deferred;
    for (const segment of ledger.published.segmentsOf(bucketId))
      for (const [start, end] of bySegment.get(segment.id) ?? [])
        for (let row = start; row < end; row += 1) {
          // Of a row that has moved an earlier commit has masked the old place.
          if (isMaskedAt(segment.entries, row * ENTRY_BYTES)) continue;
          if (masks.add({ segment, row })) counts.rowsRemoved += 1;
        }
    buckets.push({ bucketId, fingerprint });
  }
  return buckets;
}
