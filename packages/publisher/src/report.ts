import type { Oddities, SourceName } from '@data-universe/dataset';

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
  /** Manifests written. */
  commits: number;
  bytesUploaded: number;
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

export type PublishPhase = 'rebuild' | 'recover' | 'scan' | 'write' | 'upload';

export interface PublishProgress {
  readonly phase: PublishPhase;
  /** In `write`: rows read of the buckets that changed; in `rebuild`: rows read back. */
  readonly rowsDone: number;
  readonly rowsTotal: number;
  /** In `upload`: of the current commit. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly bucketsDone: number;
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
    commits: 0,
    bytesUploaded: 0,
  };
}
