import Database from 'better-sqlite3';
import { z } from 'zod';
import { diskFullOr } from '../errors.ts';
import { type RowRange, toRanges } from '../ledger/row-ranges.ts';
import type { Place } from './bucket-diff.ts';

const SCHEMA = `
CREATE TABLE departed (uri_key INTEGER NOT NULL, bucket_id INTEGER NOT NULL,
  PRIMARY KEY (uri_key, bucket_id)) STRICT, WITHOUT ROWID;
CREATE TABLE deferred (bucket_id INTEGER PRIMARY KEY, fingerprint BLOB, places TEXT NOT NULL) STRICT;
`;

const rowRanges = z.array(z.tuple([z.int(), z.int()]));
const deferredRecord = z
  .object({
    bucket_id: z.int(),
    fingerprint: z.instanceof(Buffer).nullable(),
    places: z.string().transform((text): unknown => JSON.parse(text)),
  })
  .transform((row) => ({
    bucketId: row.bucket_id,
    fingerprint: row.fingerprint,
    bySegment: new Map<number, RowRange[]>(
      z.array(z.tuple([z.int(), rowRanges])).parse(row.places),
    ),
  }));

/** Published rows of a bucket that are to go once nothing else is left to publish. */
export type Deferred = z.infer<typeof deferredRecord>;

/**
 * The published rows that are no longer in their bucket, known before anything is written: one that turns
 * up in another bucket has moved, and its old place goes in the commit that brings the new one. What has
 * not turned up in the end is deleted. Kept on disk, in a file that SQLite removes by itself.
 */
export class Departures {
  readonly #db = new Database('');
  #any = false;
  readonly #insert: Database.Statement;
  readonly #find: Database.Statement;
  readonly #has: Database.Statement;

  constructor() {
    this.#db.exec(SCHEMA);
    this.#insert = this.#db.prepare('INSERT OR IGNORE INTO departed VALUES (?, ?)');
    this.#find = this.#db.prepare('SELECT bucket_id FROM departed WHERE uri_key = ?').pluck();
    this.#has = this.#db.prepare('SELECT 1 FROM departed WHERE uri_key = ? AND bucket_id = ?');
  }

  /** Throws PublisherError DiskFull. */
  note(bucketId: number, uriKeys: Iterable<number>): void {
    this.#orDiskFull(
      this.#db.transaction(() => {
        for (const uriKey of uriKeys) {
          this.#insert.run(uriKey, bucketId);
          this.#any = true;
        }
      }),
    );
  }

  /** The bucket that a row of this uri has left. */
  bucketOf(uriKey: number): number | undefined {
    return this.#any ? z.int().optional().parse(this.#find.get(uriKey)) : undefined;
  }

  has(uriKey: number, bucketId: number): boolean {
    return this.#any && this.#has.get(uriKey, bucketId) !== undefined;
  }

  /** The fingerprint is what the bucket is to have once the places are gone. Throws PublisherError DiskFull. */
  defer(bucketId: number, places: readonly Place[], fingerprint: Buffer | null): void {
    const rows = new Map<number, number[]>();
    for (const { segment, row } of places) {
      const list = rows.get(segment.id);
      if (list) list.push(row);
      else rows.set(segment.id, [row]);
    }
    const text = JSON.stringify([...rows].map(([id, list]) => [id, toRanges(list)]));
    this.#orDiskFull(() => {
      this.#db
        .prepare('INSERT OR REPLACE INTO deferred VALUES (?, ?, ?)')
        .run(bucketId, fingerprint, text);
    });
  }

  get hasDeferred(): boolean {
    return this.#db.prepare('SELECT 1 FROM deferred LIMIT 1').get() !== undefined;
  }

  /** The first of them, once. */
  takeDeferred(): Deferred | undefined {
    const row = this.#db.prepare('SELECT * FROM deferred ORDER BY bucket_id LIMIT 1').get();
    if (row === undefined) return undefined;
    const deferred = deferredRecord.parse(row);
    this.#db.prepare('DELETE FROM deferred WHERE bucket_id = ?').run(deferred.bucketId);
    return deferred;
  }

  #orDiskFull(step: () => void): void {
    try {
      step();
    } catch (error) {
      throw diskFullOr(error, "SQLite's temporary files (SQLITE_TMPDIR)");
    }
  }

  close(): void {
    this.#db.close();
  }
}
