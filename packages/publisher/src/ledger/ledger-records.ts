import { type ManifestFile, manifestFileSchema } from '@data-universe/dataset';
import { isSha256, type Sha256 } from '@data-universe/storage-core';
import { z } from 'zod';
import { ENTRY_BYTES } from './row-digest.ts';
import type { RowRange } from './row-ranges.ts';

const id = z.int();
const count = z.int().min(0);
const blob = z.instanceof(Buffer);
const ranges = z.array(z.tuple([count, count]));

/** Text of JSON as the value it holds. */
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** A file of the dataset. */
export interface LedgerFile {
  readonly id: number;
  readonly file: ManifestFile;
  /** Rows that don't count any more. */
  readonly masked: RowRange[];
  readonly liveRows: number;
}

export const fileRecord: z.ZodType<LedgerFile> = z
  .object({
    id,
    manifest_file: json(manifestFileSchema),
    masked: json(ranges),
    live_rows: count,
  })
  .transform((row) => ({
    id: row.id,
    file: row.manifest_file,
    masked: row.masked,
    liveRows: row.live_rows,
  }));

export const segmentRecord = z
  .object({
    id,
    file_id: id,
    first_row: count,
    entries: blob.refine((bytes) => bytes.byteLength % ENTRY_BYTES === 0, 'not whole entries'),
  })
  .transform((row) => ({
    id: row.id,
    fileId: row.file_id,
    firstRow: row.first_row,
    entries: row.entries,
  }));
/** The rows of one bucket in one file. */
export type Segment = z.infer<typeof segmentRecord>;

export const bucketRecord = z
  .object({ bucket_id: id, fingerprint: blob.nullable() })
  .transform((row) => ({ bucketId: row.bucket_id, fingerprint: row.fingerprint }));
export type LedgerBucket = z.infer<typeof bucketRecord>;

export const intentRecord = z.object({
  sequence: z.int().min(1),
  manifest: blob,
  removed: json(z.array(id)),
});

export const pendingFileRecord: z.ZodType<PendingFile> = z
  .object({ manifest_file: json(manifestFileSchema), block_list: blob })
  .transform((row) => ({ file: row.manifest_file, blockList: row.block_list }));

export const maskRecord = z.object({ segment_id: id, rows: json(ranges) });

export const maskedSegmentRecord = z.object({ file_id: id, first_row: count, entries: blob });

/** The newest commit that the ledger knows of; sequence 0 and null before the first. */
export interface LedgerHead {
  readonly sequence: number;
  readonly manifestSha256: Sha256 | null;
}

export const headRecord: z.ZodType<LedgerHead> = json(
  z.strictObject({
    sequence: count,
    manifestSha256: z
      .string()
      .refine((text): text is Sha256 => isSha256(text))
      .nullable(),
  }),
);

/** A file that is about to be published and what it holds. */
export interface NewFile {
  readonly file: ManifestFile;
  readonly blockList: Uint8Array;
  readonly segments: readonly NewSegment[];
}

export interface NewSegment {
  readonly bucketId: number;
  readonly firstRow: number;
  readonly entries: Buffer;
}

/** The next commit, as it is recorded before anything is sent. */
export interface NewIntent {
  readonly sequence: number;
  readonly manifest: Uint8Array;
  readonly files: readonly NewFile[];
  /** By segment, rows counted from the segment's first. */
  readonly masks: ReadonlyMap<number, readonly RowRange[]>;
  readonly buckets: readonly LedgerBucket[];
  readonly removedFileIds: readonly number[];
}

export interface PendingFile {
  readonly file: ManifestFile;
  readonly blockList: Buffer;
}

/** A recorded intent, with what is needed to carry it out. */
export interface PendingIntent {
  readonly sequence: number;
  readonly manifest: Buffer;
  readonly files: readonly PendingFile[];
  readonly removedFileIds: readonly number[];
}
