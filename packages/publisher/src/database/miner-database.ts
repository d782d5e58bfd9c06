import { setImmediate } from 'node:timers/promises';
import { type DataEntity, MAX_CONTENT_BYTES } from '@data-universe/dataset';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { throwIfAborted } from '../errors.ts';
import { bucketFingerprint } from './bucket-fingerprint.ts';
import { type BucketQueries, INDEXED_QUERIES, UNINDEXED_QUERIES } from './bucket-queries.ts';
import { BucketScan, type BucketSummary, type ScannedRange } from './bucket-scan.ts';
import { databaseError } from './database-errors.ts';
import { EMPTY_FINGERPRINT } from './fingerprint.ts';
import { openDatabase } from './open-database.ts';
import { rangesBetween, type ScanJob, scanTogether } from './scan-share.ts';
import { startScanThread } from './scan-thread.ts';

export interface BucketSize {
  readonly bucketId: number;
  readonly rows: number;
  /** Of content, by the miner's own figures. */
  readonly bytes: number;
}

/** A second thread takes a tenth of a second to begin: a smaller index is scanned sooner without. */
const TWO_THREADS_FROM_BYTES = 1024 ** 3;

/** Longest uninterrupted stretch of a scan, so that timers, signals and sockets stay alive. */
const SLICE_MS = 40;

/** Larger pages are slower: they outlive the young generation of the garbage collector. */
const PAGE_ROWS = 2_000;
const PAGE_BYTES = 8 * 1024 * 1024;

type SizesRow = [bucketId: number, rows: number, bytes: number];
type EntityRow = [
  uri: string,
  datetime: string,
  label: string | null,
  content: Buffer,
  size: unknown,
];

/** The miner's database, one source of it, read-only and in short reads. Every failure is a PublisherError. */
export class MinerDatabase {
  readonly path: string;
  readonly hasBucketIndex: boolean;
  /** Whether a BatchReader can read it. */
  readonly hasBatches: boolean;
  readonly #connection: Database.Database;
  readonly #source: number;
  readonly #queries: BucketQueries;
  readonly #busyTimeoutMs: number | undefined;
  #isSetUp = false;
  /** Rows of earlier buckets are treated as if the database did not have them. */
  firstBucket = Number.NEGATIVE_INFINITY;

  constructor(path: string, source: number, busyTimeoutMs?: number) {
    const { connection, hasBucketIndex, isUtf8 } = openDatabase(path, busyTimeoutMs);
    this.hasBatches = hasBucketIndex && isUtf8;
    this.path = path;
    this.hasBucketIndex = hasBucketIndex;
    this.#connection = connection;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#source = source;
    this.#queries = hasBucketIndex ? INDEXED_QUERIES : UNINDEXED_QUERIES;
    // The stand-in for a missing index is a temporary table, which query_only forbids.
    if (hasBucketIndex) connection.pragma('query_only = 1');
  }

  /** Each bucket, ascending; a row that can't be published for its bucket is counted in `unpublishable`. */
  async *buckets(
    unpublishable: { rows: number },
    signal?: AbortSignal,
  ): AsyncGenerator<BucketSummary> {
    this.#setUp();
    try {
      for await (const slice of this.#slices(signal)) {
        unpublishable.rows += slice.unpublishable;
        yield* slice.buckets;
      }
    } catch (error) {
      throw databaseError(error, this.path);
    }
  }

  #slices(signal: AbortSignal | undefined): AsyncGenerator<ScannedRange> {
    const scan = new BucketScan(this.#connection, this.#queries, this.#source);
    const after = this.firstBucket - 1;
    const ends = this.#isLarge() ? this.#ends() : undefined;
    if (startScanThread === undefined || ends === undefined) return scan.slices({ after }, signal);
    const job: ScanJob = {
      databasePath: this.path,
      busyTimeoutMs: this.#busyTimeoutMs,
      source: this.#source,
      ranges: rangesBetween(after, Math.max(after, ends.oldest), ends.newest),
      next: new Int32Array(new SharedArrayBuffer(4)),
    };
    return scanTogether(scan, job, startScanThread, signal);
  }

  #isLarge(): boolean {
    if (!this.hasBucketIndex) return false;
    const pages = this.#attempt(() => this.#connection.pragma('page_count', { simple: true }));
    const size = this.#attempt(() => this.#connection.pragma('page_size', { simple: true }));
    return Number(pages) * Number(size) >= TWO_THREADS_FROM_BYTES;
  }

  #ends(): { readonly oldest: number; readonly newest: number } | undefined {
    const row = this.#attempt(() =>
      this.#connection
        .prepare(
          'SELECT (SELECT min(timeBucketId) FROM DataEntity), (SELECT max(timeBucketId) FROM DataEntity)',
        )
        .raw()
        .get(),
    );
    const ends = z.tuple([z.int(), z.int()]).safeParse(row);
    return ends.success ? { oldest: ends.data[0], newest: ends.data[1] } : undefined;
  }

  newestBucket(): number | undefined {
    const [newest] = this.#attempt(() => {
      this.#setUp();
      return this.#sizesSlice(Number.MAX_SAFE_INTEGER, 1);
    });
    return newest?.bucketId;
  }

  /** How much each bucket holds, the newest first; buckets that are no exact integers are left out. */
  async *sizes(signal?: AbortSignal): AsyncGenerator<BucketSize> {
    this.#setUp();
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      throwIfAborted(signal);
      const slice = this.#attempt(() => this.#sizesSlice(before));
      for (const size of slice) yield size;
      const last = slice.at(-1);
      if (last === undefined) return;
      before = last.bucketId;
      await setImmediate();
    }
  }

  #sizesSlice(before: number, limit = Number.POSITIVE_INFINITY): BucketSize[] {
    const sizes: BucketSize[] = [];
    const until = performance.now() + SLICE_MS;
    const query = this.#connection.prepare<unknown[], SizesRow>(this.#queries.sizes).raw();
    for (const [bucketId, rows, bytes] of query.iterate({ source: this.#source, before })) {
      if (Number.isSafeInteger(bucketId)) sizes.push({ bucketId, rows, bytes });
      if (sizes.length >= limit || (performance.now() > until && sizes.length > 0)) break;
    }
    return sizes;
  }

  #setUp(): void {
    if (this.#isSetUp) return;
    this.#attempt(() => {
      for (const sql of this.#queries.setUp) {
        const statement = this.#connection.prepare<unknown[]>(sql);
        if (sql.includes('@source')) statement.run({ source: this.#source });
        else statement.run();
      }
    });
    this.#isSetUp = true;
  }

  /**
   * Reads one bucket within one read transaction, so that the fingerprint is that of the very rows. Ends
   * the transaction when the visitor returns; the visitor may stop early and must do no network I/O.
   */
  async readBucket<T>(bucketId: number, visit: (bucket: OpenBucket) => Promise<T>): Promise<T> {
    if (bucketId < this.firstBucket)
      return visit({ fingerprint: EMPTY_FINGERPRINT, pages: () => [] });
    this.#attempt(() => this.#connection.prepare('BEGIN').run());
    try {
      const fingerprint = this.#attempt(() => this.#fingerprint(bucketId));
      return await visit({ fingerprint, pages: () => this.#pages(bucketId) });
    } finally {
      this.#connection.prepare('COMMIT').run();
    }
  }

  #fingerprint(bucket: number): Buffer {
    return bucketFingerprint(this.#connection, this.#queries, { source: this.#source, bucket });
  }

  *#pages(bucketId: number): Generator<RowPage> {
    let page: { entities: DataEntity[]; unpublishable: number } = {
      entities: [],
      unpublishable: 0,
    };
    let bytes = 0;
    try {
      const rows = this.#connection
        .prepare<unknown[], EntityRow>(this.#queries.rows)
        .raw()
        .iterate({ source: this.#source, bucket: bucketId });
      for (const [uri, datetime, label, content, size] of rows) {
        if (
          typeof size !== 'number' ||
          !Number.isSafeInteger(size) ||
          content.byteLength > MAX_CONTENT_BYTES
        ) {
          page.unpublishable += 1;
          continue;
        }
        page.entities.push({
          uri,
          datetime,
          timeBucketId: bucketId,
          source: this.#source,
          label,
          content,
          contentSizeBytes: size,
        });
        bytes += content.byteLength;
        if (page.entities.length < PAGE_ROWS && bytes < PAGE_BYTES) continue;
        yield page;
        page = { entities: [], unpublishable: 0 };
        bytes = 0;
      }
    } catch (error) {
      throw databaseError(error, this.path);
    }
    yield page;
  }

  /** The uris of a bucket, from the index alone. */
  urisOf(bucketId: number): string[] {
    if (bucketId < this.firstBucket) return [];
    return this.#attempt(() =>
      this.#connection
        .prepare<unknown[], string>(this.#queries.uris)
        .pluck()
        .all({ source: this.#source, bucket: bucketId }),
    );
  }

  close(): void {
    this.#connection.close();
  }

  #attempt<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw databaseError(error, this.path);
    }
  }
}

export interface OpenBucket {
  readonly fingerprint: Buffer;
  /** The rows in uri order. */
  pages(): Iterable<RowPage>;
}

export interface RowPage {
  readonly entities: readonly DataEntity[];
  /** Rows met on the way that no data file can hold. */
  readonly unpublishable: number;
}
