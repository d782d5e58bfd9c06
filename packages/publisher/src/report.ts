import type { Oddities, SourceName } from '@data-universe/dataset';
import type { ObjectKey } from '@data-universe/storage-core';

export interface PublishCounts {
  /** Rows that were not in the dataset. */
  rowsAdded: number;
  /** Rows whose uri was published with other columns. */
  rowsReplaced: number;
  /** Rows taken out of the dataset because the database no longer has them. */
  rowsRemoved: number;
  /** Rows that were read, compared, and had not changed. */
  rowsUnchanged: number;
  /** Rows of a commit that an earlier run prepared and this one completed. */
  rowsRecovered: number;
  /** Rows that no data file can hold: a size or time bucket that is no exact integer, 64 MiB of content. */
  rowsUnpublishable: number;
  bucketsScanned: number;
  /** Buckets whose rows were read. */
  bucketsChanged: number;
  /** Data files written. */
  files: number;
  /** Small files that were merged into others. */
  filesMerged: number;
  /** Manifests written. */
  commits: number;
  bytesUploaded: number;
  /** Of content of the rows that are new or replaced, before compression. */
  contentBytes: number;
}

/**
 * Why the rows of an hour were read: it was never published; its fingerprint is another one; an earlier
 * run, or a rebuild of the ledger, left it to be compared; it left the database; it fell out of retention
 * or a cap; a full scan was asked for.
 */
export type PlanReason = 'new' | 'changed' | 'unfinished' | 'gone' | 'expired' | 'fullScan';

/** Rows of the database that the limits of retention and size keep out of the dataset: the oldest. */
export interface LeftOut {
  readonly rows: number;
  readonly hours: number;
  /** The first time bucket that is published; null where all are. */
  readonly before: number | null;
  /** The limit that was met first. */
  readonly because: 'retention' | 'maxRows' | 'maxBytes' | null;
}

/** An object in the store that no longer belongs to the dataset: whoever owns the store may delete it. */
export interface RetiredObject {
  readonly key: ObjectKey;
  readonly bytes: number;
}

/** What one run did; with `dryRun` what it would have done. */
export interface PublishReport extends Readonly<PublishCounts> {
  readonly source: SourceName;
  readonly dryRun: boolean;
  /** Of the dataset's newest manifest; 0 before the first. */
  readonly sequenceBefore: number;
  readonly sequenceAfter: number;
  /** Rows sent by this run: added, replaced and recovered. */
  readonly rowsPublished: number;
  /** Hours whose rows were read, by the reason. */
  readonly hours: Readonly<Record<PlanReason, number>>;
  readonly leftOut: LeftOut;
  /** What this run took out of the dataset; nobody but the store's owner may delete it. */
  readonly retired: readonly RetiredObject[];
  /** The run was asked to stop before it was through; the next one goes on from there. */
  readonly stopped: boolean;
  /** The dataset after the run. */
  readonly totals: DatasetTotals;
  /** What the rows sent have in them that is out of the ordinary. */
  readonly oddities: Partial<Oddities>;
  readonly warnings: readonly string[];
  readonly seconds: number;
}

export interface DatasetTotals {
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
}

export type PublishPhase = 'rebuild' | 'recover' | 'scan' | 'write' | 'upload' | 'compact';

export interface PublishProgress {
  readonly phase: PublishPhase;
  /** In `write`: rows read of the buckets that changed; in `rebuild`: rows read back. */
  readonly rowsDone: number;
  readonly rowsTotal: number;
  /** In `upload`: of the current commit. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly bucketsDone: number;
  /** Of the whole run, at its pace so far; null while that can't be told. */
  readonly secondsLeft: number | null;
}

export function noHours(): Record<PlanReason, number> {
  return { new: 0, changed: 0, unfinished: 0, gone: 0, expired: 0, fullScan: 0 };
}

export function noCounts(): PublishCounts {
  return {
    rowsAdded: 0,
    rowsReplaced: 0,
    rowsRemoved: 0,
    rowsUnchanged: 0,
    rowsRecovered: 0,
    rowsUnpublishable: 0,
    bucketsScanned: 0,
    bucketsChanged: 0,
    files: 0,
    filesMerged: 0,
    commits: 0,
    bytesUploaded: 0,
    contentBytes: 0,
  };
}
