import type { ManifestFile } from '@data-universe/dataset';
import { z } from 'zod';
import { EMPTY_FINGERPRINT } from '../database/fingerprint.ts';
import { withMasked } from './entries.ts';
import { type LedgerDatabase, parsedError } from './ledger-database.ts';
import { ledgerCorrupt } from './ledger-errors.ts';
import {
  bucketRecord,
  fileRecord,
  type LedgerBucket,
  type LedgerFile,
  maskedSegmentRecord,
  type NewSegment,
  type Segment,
  segmentRecord,
} from './ledger-records.ts';
import { countRows, mergeRanges, type RowRange } from './row-ranges.ts';

/** A file as it enters the ledger. */
export interface FileEntry {
  readonly file: ManifestFile;
  readonly segments: readonly NewSegment[];
  /** Of a file that is about to be published; null for one that is. */
  readonly blockList: Uint8Array | null;
  readonly masked: readonly RowRange[];
  readonly liveRows: number;
}

/** The rows that are published: by file, and by bucket. */
export class Published {
  readonly #db: LedgerDatabase;

  constructor(db: LedgerDatabase) {
    this.#db = db;
  }

  files(): LedgerFile[] {
    return this.#db.run(() =>
      this.#db.all(
        fileRecord,
        'SELECT id, manifest_file, masked, live_rows FROM file WHERE pending = 0 ORDER BY id',
      ),
    );
  }

  /** Each bucket ever published, ascending. Nothing else may be asked of the ledger meanwhile. */
  *buckets(): Generator<LedgerBucket> {
    try {
      const rows = this.#db.prepare('SELECT bucket_id, fingerprint FROM bucket ORDER BY bucket_id');
      for (const row of rows.iterate()) yield bucketRecord.parse(row);
    } catch (error) {
      throw parsedError(error, this.#db.path);
    }
  }

  newestBucket(): number | undefined {
    return this.#db.run(() =>
      z
        .int()
        .nullish()
        .transform((bucketId) => bucketId ?? undefined)
        .parse(this.#db.prepare('SELECT max(bucket_id) FROM bucket').pluck().get()),
    );
  }

  segmentsOf(bucketId: number): Segment[] {
    return this.#db.run(() =>
      this.#db.all(
        segmentRecord,
        'SELECT id, file_id, first_row, entries FROM segment WHERE bucket_id = ? ORDER BY id',
        bucketId,
      ),
    );
  }

  /** Whether any row of the bucket was ever published and not forgotten since. */
  hasSegments(bucketId: number): boolean {
    return this.#db.run(
      () =>
        this.#db
          .prepare('SELECT 1 FROM segment WHERE bucket_id = ? LIMIT 1')
          .pluck()
          .get(bucketId) !== undefined,
    );
  }

  /** The buckets of which files hold rows, as they stand. */
  bucketsOf(fileIds: readonly number[]): LedgerBucket[] {
    return this.#db.run(() =>
      this.#db.all(
        bucketRecord,
        'SELECT bucket_id, fingerprint FROM bucket WHERE bucket_id IN (SELECT bucket_id FROM segment WHERE file_id IN (SELECT value FROM json_each(?)))',
        JSON.stringify(fileIds),
      ),
    );
  }

  /** For buckets that moved without a row to publish. */
  saveBuckets(buckets: readonly LedgerBucket[]): void {
    this.#db.transaction(() => {
      for (const bucket of buckets) this.saveBucket(bucket);
    });
  }

  /** Where a row of this uri was when it left the database, in deletedRows: keep. */
  keptBucket(uriKey: number): number | undefined {
    return this.#db.run(() =>
      z
        .int()
        .optional()
        .parse(
          this.#db.prepare('SELECT bucket_id FROM kept WHERE uri_key = ?').pluck().get(uriKey),
        ),
    );
  }

  addKept(uriKeys: Iterable<number>, bucketId: number): void {
    this.#db.transaction(() => {
      const insert = this.#db.prepare('INSERT OR REPLACE INTO kept VALUES (?, ?)');
      for (const uriKey of uriKeys) insert.run(uriKey, bucketId);
    });
  }

  /**
   * For a rebuild: a file that is published, as it stands in the dataset. One that can't be read has no
   * segments; it counts as empty, and the next commit removes it.
   */
  importFile(
    file: ManifestFile,
    masked: readonly RowRange[],
    segments: readonly NewSegment[],
  ): void {
    const liveRows = segments.length === 0 ? 0 : file.rows - countRows(masked);
    this.#db.transaction(() =>
      this.insertFile({ file, segments, blockList: null, masked, liveRows }),
    );
  }

  /** Within a transaction, as are all that follow. */
  insertFile({ file, segments, blockList, masked, liveRows }: FileEntry): void {
    const { lastInsertRowid } = this.#db
      .prepare(
        'INSERT INTO file (pending, manifest_file, masked, live_rows, block_list) VALUES (?, ?, ?, ?, ?)',
      )
      .run(
        blockList === null ? 0 : 1,
        JSON.stringify(file),
        JSON.stringify(masked),
        liveRows,
        blockList,
      );
    const segment = this.#db.prepare(
      'INSERT INTO segment (bucket_id, file_id, first_row, entries) VALUES (?, ?, ?, ?)',
    );
    // A bucket stays suspect until one run has compared the whole of it.
    const bucket = this.#db.prepare('INSERT OR IGNORE INTO bucket VALUES (?, NULL)');
    for (const { bucketId, firstRow, entries } of segments) {
      segment.run(bucketId, lastInsertRowid, firstRow, entries);
      bucket.run(bucketId);
    }
  }

  removeFile(fileId: number): void {
    this.#db.prepare('DELETE FROM segment WHERE file_id = ?').run(fileId);
    this.#db.prepare('DELETE FROM file WHERE id = ?').run(fileId);
  }

  /** Rows of segments, counted from the segment's first, that no longer are part of the dataset. */
  mask(masks: readonly { readonly segmentId: number; readonly rows: readonly RowRange[] }[]): void {
    const byFile = new Map<number, RowRange[]>();
    for (const { segmentId, rows } of masks) {
      const [segment] = this.#db.all(
        maskedSegmentRecord,
        'SELECT file_id, first_row, entries FROM segment WHERE id = ?',
        segmentId,
      );
      if (segment === undefined) throw ledgerCorrupt(this.#db.path, 'rows of an unknown segment');
      const entries = withMasked(segment.entries, rows);
      if (entries === undefined)
        this.#db.prepare('DELETE FROM segment WHERE id = ?').run(segmentId);
      else this.#db.prepare('UPDATE segment SET entries = ? WHERE id = ?').run(entries, segmentId);
      const ranges = byFile.get(segment.file_id) ?? [];
      for (const [start, end] of rows)
        ranges.push([start + segment.first_row, end + segment.first_row]);
      byFile.set(segment.file_id, ranges);
    }
    for (const [fileId, ranges] of byFile) this.#maskFile(fileId, ranges);
  }

  #maskFile(fileId: number, ranges: readonly RowRange[]): void {
    const [file] = this.#db.all(
      fileRecord,
      'SELECT id, manifest_file, masked, live_rows FROM file WHERE id = ?',
      fileId,
    );
    if (file === undefined) throw ledgerCorrupt(this.#db.path, 'rows of an unknown file');
    const masked = mergeRanges([...file.masked, ...ranges]);
    this.#db
      .prepare('UPDATE file SET masked = ?, live_rows = ? WHERE id = ?')
      .run(JSON.stringify(masked), file.file.rows - countRows(masked), fileId);
  }

  saveBucket({ bucketId, fingerprint }: LedgerBucket): void {
    this.#db.prepare('INSERT OR REPLACE INTO bucket VALUES (?, ?)').run(bucketId, fingerprint);
    if (fingerprint?.equals(EMPTY_FINGERPRINT))
      this.#db
        .prepare(
          'DELETE FROM bucket WHERE bucket_id = @bucketId AND NOT EXISTS (SELECT 1 FROM segment WHERE bucket_id = @bucketId)',
        )
        .run({ bucketId });
  }
}
