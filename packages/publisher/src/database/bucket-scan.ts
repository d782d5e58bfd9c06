import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { errorCode, throwIfAborted } from '../errors.ts';
import { fingerprintByRows } from './bucket-fingerprint.ts';
import type { BucketQueries } from './bucket-queries.ts';
import { EMPTY_FINGERPRINT, fingerprintOf } from './fingerprint.ts';

/** One hour of one source, as the index describes it. */
export interface BucketSummary {
  readonly bucketId: number;
  readonly rows: number;
  /** 16 bytes that change whenever a uri, a label, a size or the number of rows does. */
  readonly fingerprint: Buffer;
}

/** Buckets after `after` up to `until`, ascending; without `until` all that follow. */
export interface BucketRange {
  readonly after: number;
  readonly until?: number | undefined;
}

export interface ScannedRange {
  readonly buckets: readonly BucketSummary[];
  /** Rows that can't be published, for their bucket is no exact integer. */
  readonly unpublishable: number;
}

/** Longest uninterrupted stretch of a scan, so that timers, signals and sockets stay alive. */
const SLICE_MS = 40;

type ScanRow = [bucketId: unknown, rows: number, text: Buffer | null];

interface FoundBucket {
  readonly bucketId: unknown;
  readonly rows: number;
  readonly fingerprint: Buffer;
}

interface Slice {
  readonly found: readonly FoundBucket[];
  readonly done: boolean;
}

/** The fingerprints of one source's buckets, in short reads of the index. Throws what SQLite throws. */
export class BucketScan {
  readonly #connection: Database.Database;
  readonly #queries: BucketQueries;
  readonly #source: number;

  constructor(connection: Database.Database, queries: BucketQueries, source: number) {
    this.#connection = connection;
    this.#queries = queries;
    this.#source = source;
  }

  async *slices(range: BucketRange, signal?: AbortSignal): AsyncGenerator<ScannedRange> {
    let after: unknown = range.after;
    for (;;) {
      throwIfAborted(signal);
      const { found, done } = this.#slice(after, range.until);
      const buckets: BucketSummary[] = [];
      let unpublishable = 0;
      for (const { bucketId, rows, fingerprint } of found) {
        after = bucketId;
        if (typeof bucketId === 'number' && Number.isSafeInteger(bucketId))
          buckets.push({ bucketId, rows, fingerprint });
        else unpublishable += rows;
      }
      yield { buckets, unpublishable };
      if (done) return;
      await setImmediate();
    }
  }

  /** All of a range at once. */
  async range(range: BucketRange, signal?: AbortSignal): Promise<ScannedRange> {
    const buckets: BucketSummary[] = [];
    let unpublishable = 0;
    for await (const slice of this.slices(range, signal)) {
      buckets.push(...slice.buckets);
      unpublishable += slice.unpublishable;
    }
    return { buckets, unpublishable };
  }

  #slice(after: unknown, until: number | undefined): Slice {
    const { scan, scanUntil } = this.#queries;
    const found: FoundBucket[] = [];
    const end = performance.now() + SLICE_MS;
    const statement = this.#connection
      .prepare<unknown[], ScanRow>(until === undefined ? scan : scanUntil)
      .raw();
    const parameters = { source: this.#source, after, ...(until !== undefined && { until }) };
    try {
      for (const [bucketId, rows, text] of statement.iterate(parameters)) {
        found.push({ bucketId, rows, fingerprint: text ? fingerprintOf(text) : EMPTY_FINGERPRINT });
        if (performance.now() > end) return { found, done: false };
      }
      return { found, done: true };
    } catch (error) {
      if (errorCode(error) !== 'SQLITE_TOOBIG') throw error;
      const giant = this.#nextByRows(found.at(-1)?.bucketId ?? after);
      return { found: giant ? [...found, giant] : found, done: giant === undefined };
    }
  }

  /** A bucket whose concatenation exceeds SQLite's longest value (1 GB). */
  #nextByRows(after: unknown): FoundBucket | undefined {
    const source = this.#source;
    const next = this.#connection
      .prepare<unknown[], [unknown, number]>(
        'SELECT timeBucketId, count(*) FROM DataEntity WHERE source = @source AND timeBucketId > @after GROUP BY timeBucketId LIMIT 1',
      )
      .raw()
      .get({ source, after });
    if (next === undefined) return undefined;
    const [bucketId, rows] = next;
    const bucket = { source, bucket: bucketId };
    return {
      bucketId,
      rows,
      fingerprint: fingerprintByRows(this.#connection, this.#queries, bucket),
    };
  }
}
