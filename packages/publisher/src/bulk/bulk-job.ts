import type { Oddities, SourceName, WrittenDataFile } from '@data-universe/dataset';
import type { NewSegment } from '../ledger/ledger-records.ts';

/** The job ends at once, and leaves nothing behind. */
export const ABORT = 1;
/** The job ends with the buckets it has read. */
export const STOP = 2;

/** Buckets of which nothing is published yet, to be written whole. All of it can be sent to another thread. */
export interface BulkJob {
  readonly databasePath: string;
  readonly busyTimeoutMs: number | undefined;
  readonly source: SourceName;
  readonly profile: 'raw' | 'encoded';
  /** Bytes of the keys for usernames and URLs, of the profile `encoded`. */
  readonly keys: { readonly username: Uint8Array; readonly url: Uint8Array } | undefined;
  /** Of the ledger. */
  readonly salt: Uint8Array;
  readonly stagingDirectory: string;
  readonly maxRowsPerFile: number;
  readonly buckets: readonly number[];
  /** Its first item becomes ABORT or STOP. */
  readonly aborted: Int32Array<SharedArrayBuffer>;
}

/** A file under a name of its own; it gets its final one when it is adopted. */
export interface BulkFile {
  readonly written: Omit<WrittenDataFile, 'oddities' | 'leftOut'>;
  readonly segments: readonly NewSegment[];
}

export interface BulkResult {
  readonly files: readonly BulkFile[];
  readonly buckets: readonly { readonly bucketId: number; readonly fingerprint: Uint8Array }[];
  readonly unpublishable: number;
  /** Of rows written. */
  readonly contentBytes: number;
  readonly oddities: Partial<Record<keyof Oddities, number>>;
}

/** Told of the rows done, now and then. */
export type BulkProgress = (rows: number) => void;
