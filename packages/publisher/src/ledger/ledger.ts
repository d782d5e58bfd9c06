import { randomBytes } from 'node:crypto';
import type { ManifestFile } from '@data-universe/dataset';
import { sha256Of } from '@data-universe/storage-core';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { EMPTY_FINGERPRINT } from '../database/fingerprint.ts';
import { PublisherError } from '../errors.ts';
import {
  type DatasetIdentity,
  datasetIdentitySchema,
  describeIdentity,
  sameIdentity,
} from './dataset-identity.ts';
import { withMasked } from './entries.ts';
import { ledgerCorrupt, ledgerError } from './ledger-errors.ts';
import {
  bucketRecord,
  fileRecord,
  headRecord,
  intentRecord,
  type LedgerBucket,
  type LedgerFile,
  type LedgerHead,
  maskedSegmentRecord,
  maskRecord,
  type NewIntent,
  type NewSegment,
  type PendingIntent,
  pendingFileRecord,
  type Segment,
  segmentRecord,
} from './ledger-records.ts';
import { configure, createTables, LEDGER_VERSION } from './ledger-schema.ts';
import { SALT_BYTES } from './row-digest.ts';
import { countRows, mergeRanges, type RowRange } from './row-ranges.ts';

/**
 * What was published, row by row, in 15 bytes each: the publisher's own database. Each method is one
 * transaction. Throws PublisherError LedgerCorrupt and DiskFull.
 */
export class Ledger {
  readonly path: string;
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  private constructor(path: string, db: Database.Database) {
    this.path = path;
    this.#db = db;
  }

  /** A new ledger of a dataset of which nothing is known to be published. The file must not exist. */
  static create(path: string, identity: DatasetIdentity): Ledger {
    return guarded(path, () => {
      const db = new Database(path);
      configure(db);
      createTables(db);
      const ledger = new Ledger(path, db);
      ledger.#setMeta('identity', JSON.stringify(identity));
      ledger.#setMeta('salt', randomBytes(SALT_BYTES).toString('hex'));
      ledger.#setMeta('head', JSON.stringify({ sequence: 0, manifestSha256: null }));
      return ledger;
    });
  }

  /** Opens a ledger. Throws PublisherError ForeignLedger where it is of another dataset. */
  static open(path: string, identity: DatasetIdentity, options = { readonly: false }): Ledger {
    return guarded(path, () => {
      const db = new Database(path, { fileMustExist: true });
      try {
        // Not SQLite's own read-only mode: that leaves a -wal and a -shm file behind.
        if (options.readonly) db.pragma('query_only = 1');
        else configure(db);
        const ledger = new Ledger(path, db);
        ledger.#check(identity);
        return ledger;
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  #check(identity: DatasetIdentity): void {
    const version = this.#db.pragma('user_version', { simple: true });
    if (version !== LEDGER_VERSION)
      throw ledgerCorrupt(this.path, `its version is ${version}, not ${LEDGER_VERSION}`);
    const found = datasetIdentitySchema.parse(JSON.parse(this.#meta('identity') ?? 'null'));
    if (!sameIdentity(found, identity))
      throw new PublisherError({
        code: 'ForeignLedger',
        message: `The ledger ${this.path} is of another dataset: ${describeIdentity(found)}, not ${describeIdentity(identity)}. Give each dataset and each destination a state directory of its own`,
      });
    headRecord.parse(this.#meta('head'));
  }

  get salt(): Buffer {
    return this.#run(() =>
      Buffer.from(
        z
          .hex()
          .length(2 * SALT_BYTES)
          .parse(this.#meta('salt')),
        'hex',
      ),
    );
  }

  get head(): LedgerHead {
    return this.#run(() => headRecord.parse(this.#meta('head')));
  }

  /** A note of the caller's that survives; null when there is none. */
  get lastRun(): string | null {
    return this.#run(() => this.#meta('last_run') ?? null);
  }

  set lastRun(text: string) {
    this.#run(() => this.#setMeta('last_run', text));
  }

  files(): LedgerFile[] {
    return this.#run(() =>
      this.#all(
        fileRecord,
        'SELECT id, manifest_file, masked, live_rows FROM file WHERE pending = 0 ORDER BY id',
      ),
    );
  }

  /** Each bucket ever published, ascending. Nothing else may be asked of the ledger meanwhile. */
  *buckets(): Generator<LedgerBucket> {
    try {
      const rows = this.#prepare('SELECT bucket_id, fingerprint FROM bucket ORDER BY bucket_id');
      for (const row of rows.iterate()) yield bucketRecord.parse(row);
    } catch (error) {
      throw parsedError(error, this.path);
    }
  }

  segmentsOf(bucketId: number): Segment[] {
    return this.#run(() =>
      this.#all(
        segmentRecord,
        'SELECT id, file_id, first_row, entries FROM segment WHERE bucket_id = ? ORDER BY id',
        bucketId,
      ),
    );
  }

  /** Where a row of this uri was when it left the database, in deletedRows: keep. */
  keptBucket(uriKey: number): number | undefined {
    return this.#run(() =>
      z
        .int()
        .optional()
        .parse(this.#prepare('SELECT bucket_id FROM kept WHERE uri_key = ?').pluck().get(uriKey)),
    );
  }

  addKept(uriKeys: Iterable<number>, bucketId: number): void {
    this.#transaction(() => {
      const insert = this.#prepare('INSERT OR REPLACE INTO kept VALUES (?, ?)');
      for (const uriKey of uriKeys) insert.run(uriKey, bucketId);
    });
  }

  /** For buckets that moved without a row to publish. */
  saveBuckets(buckets: readonly LedgerBucket[]): void {
    this.#transaction(() => {
      for (const bucket of buckets) this.#saveBucket(bucket);
    });
  }

  recordIntent(intent: NewIntent): void {
    this.#transaction(() => {
      this.#prepare('INSERT INTO intent VALUES (1, ?, ?, ?)').run(
        intent.sequence,
        intent.manifest,
        JSON.stringify(intent.removedFileIds),
      );
      for (const file of intent.files) this.#insertFile(file, { pending: true, masked: [] });
      const mask = this.#prepare('INSERT INTO intent_mask VALUES (?, ?)');
      for (const [segment, rows] of intent.masks) mask.run(segment, JSON.stringify(rows));
      const bucket = this.#prepare('INSERT INTO intent_bucket VALUES (?, ?)');
      for (const { bucketId, fingerprint } of intent.buckets) bucket.run(bucketId, fingerprint);
    });
  }

  pendingIntent(): PendingIntent | undefined {
    return this.#run(() => {
      const [intent] = this.#all(intentRecord, 'SELECT sequence, manifest, removed FROM intent');
      if (intent === undefined) return undefined;
      const files = this.#all(
        pendingFileRecord,
        'SELECT manifest_file, block_list FROM file WHERE pending = 1 ORDER BY id',
      );
      return {
        sequence: intent.sequence,
        manifest: intent.manifest,
        files,
      };
    });
  }

  /** The store holds the manifest of the intent: what it was going to change has changed. */
  commitIntent(): void {
    this.#transaction(() => {
      const [intent] = this.#all(intentRecord, 'SELECT sequence, manifest, removed FROM intent');
      if (intent === undefined) throw ledgerCorrupt(this.path, 'there is no intent to commit');
      this.#suspectTouchedBuckets();
      this.#applyMasks();
      for (const fileId of intent.removed) {
        this.#prepare('DELETE FROM segment WHERE file_id = ?').run(fileId);
        this.#prepare('DELETE FROM file WHERE id = ?').run(fileId);
      }
      this.#prepare('UPDATE file SET pending = 0, block_list = NULL WHERE pending = 1').run();
      const buckets = this.#all(bucketRecord, 'SELECT bucket_id, fingerprint FROM intent_bucket');
      for (const bucket of buckets) this.#saveBucket(bucket);
      const manifestSha256 = sha256Of(intent.manifest);
      this.#setMeta('head', JSON.stringify({ sequence: intent.sequence, manifestSha256 }));
      this.#clearIntent();
    });
  }

  /** The intent will not be carried out: as if it had never been. */
  dropIntent(): void {
    this.#transaction(() => {
      this.#prepare(
        'DELETE FROM segment WHERE file_id IN (SELECT id FROM file WHERE pending = 1)',
      ).run();
      this.#prepare('DELETE FROM file WHERE pending = 1').run();
      this.#clearIntent();
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
    this.#transaction(() => {
      const unreadable = segments.length === 0;
      this.#insertFile({ file, blockList: null, segments }, { pending: false, masked, unreadable });
    });
  }

  /** For a rebuild: what was imported is the dataset of this commit. */
  setHead(head: LedgerHead): void {
    this.#run(() => this.#setMeta('head', JSON.stringify(head)));
  }

  close(): void {
    this.#db.close();
  }

  #insertFile(
    file: { file: ManifestFile; blockList: Uint8Array | null; segments: readonly NewSegment[] },
    state: { pending: boolean; masked: readonly RowRange[]; unreadable?: boolean },
  ): void {
    const { lastInsertRowid } = this.#prepare(
      'INSERT INTO file (pending, manifest_file, masked, live_rows, block_list) VALUES (?, ?, ?, ?, ?)',
    ).run(
      state.pending ? 1 : 0,
      JSON.stringify(file.file),
      JSON.stringify(state.masked),
      state.unreadable ? 0 : file.file.rows - countRows(state.masked),
      file.blockList,
    );
    const segment = this.#prepare(
      'INSERT INTO segment (bucket_id, file_id, first_row, entries) VALUES (?, ?, ?, ?)',
    );
    // A bucket stays suspect until one run has compared the whole of it.
    const bucket = this.#prepare('INSERT OR IGNORE INTO bucket VALUES (?, NULL)');
    for (const { bucketId, firstRow, entries } of file.segments) {
      segment.run(bucketId, lastInsertRowid, firstRow, entries);
      bucket.run(bucketId);
    }
  }

  /** A bucket that this commit changes but does not complete no longer is what its fingerprint says. */
  #suspectTouchedBuckets(): void {
    this.#prepare(
      `UPDATE bucket SET fingerprint = NULL WHERE bucket_id IN (
         SELECT s.bucket_id FROM intent_mask m JOIN segment s ON s.id = m.segment_id
         UNION SELECT s.bucket_id FROM file f JOIN segment s ON s.file_id = f.id WHERE f.pending = 1)`,
    ).run();
  }

  #applyMasks(): void {
    const masks = this.#all(maskRecord, 'SELECT segment_id, rows FROM intent_mask');
    const byFile = new Map<number, RowRange[]>();
    for (const { segment_id: segmentId, rows } of masks) {
      const [segment] = this.#all(
        maskedSegmentRecord,
        'SELECT file_id, first_row, entries FROM segment WHERE id = ?',
        segmentId,
      );
      if (segment === undefined) throw ledgerCorrupt(this.path, 'rows of an unknown segment');
      const entries = withMasked(segment.entries, rows);
      if (entries === undefined) this.#prepare('DELETE FROM segment WHERE id = ?').run(segmentId);
      else this.#prepare('UPDATE segment SET entries = ? WHERE id = ?').run(entries, segmentId);
      const ranges = byFile.get(segment.file_id) ?? [];
      for (const [start, end] of rows)
        ranges.push([start + segment.first_row, end + segment.first_row]);
      byFile.set(segment.file_id, ranges);
    }
    for (const [fileId, ranges] of byFile) this.#maskFile(fileId, ranges);
  }

  #maskFile(fileId: number, ranges: readonly RowRange[]): void {
    const [file] = this.#all(
      fileRecord,
      'SELECT id, manifest_file, masked, live_rows FROM file WHERE id = ?',
      fileId,
    );
    if (file === undefined) throw ledgerCorrupt(this.path, 'rows of an unknown file');
    const masked = mergeRanges([...file.masked, ...ranges]);
    this.#prepare('UPDATE file SET masked = ?, live_rows = ? WHERE id = ?').run(
      JSON.stringify(masked),
      file.file.rows - countRows(masked),
      fileId,
    );
  }

  #saveBucket({ bucketId, fingerprint }: LedgerBucket): void {
    this.#prepare('INSERT OR REPLACE INTO bucket VALUES (?, ?)').run(bucketId, fingerprint);
    if (fingerprint?.equals(EMPTY_FINGERPRINT))
      this.#prepare(
        'DELETE FROM bucket WHERE bucket_id = @bucketId AND NOT EXISTS (SELECT 1 FROM segment WHERE bucket_id = @bucketId)',
      ).run({ bucketId });
  }

  #clearIntent(): void {
    for (const table of ['intent', 'intent_mask', 'intent_bucket'])
      this.#prepare(`DELETE FROM ${table}`).run();
  }

  #meta(key: string): string | undefined {
    return z
      .string()
      .optional()
      .parse(this.#prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key));
  }

  #setMeta(key: string, value: string): void {
    this.#prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value);
  }

  #all<T>(schema: z.ZodType<T>, sql: string, ...parameters: unknown[]): T[] {
    return this.#prepare(sql)
      .all(...parameters)
      .map((row) => schema.parse(row));
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #transaction(change: () => void): void {
    this.#run(() => this.#db.transaction(change).immediate());
  }

  #run<T>(step: () => T): T {
    return guarded(this.path, step);
  }
}

function guarded<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw parsedError(error, path);
  }
}

function parsedError(error: unknown, path: string): unknown {
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return ledgerCorrupt(path, 'a record of it makes no sense', error);
  return ledgerError(error, path);
}
