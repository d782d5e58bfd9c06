import { isUtf8 } from 'node:buffer';
import { MAX_CONTENT_BYTES, RowView } from '@data-universe/dataset/writing';
import type Database from 'better-sqlite3';
import { bucketFingerprint } from './bucket-fingerprint.ts';
import { INDEXED_QUERIES } from './bucket-queries.ts';

/** Rows of buckets that are read together, so that one walk down the table's tree serves many. */
const BATCH_ROWS = 20_000;
const BATCH_BYTES = 16 * 1024 * 1024;
/** What the sizes in the index said does not hold: the buckets are read one by one. */
const MAX_ARENA_BYTES = 96 * 1024 * 1024;
/** Rows whose bytes SQLite puts into one value. */
const CHUNK_ROWS = 256;
/** Content beyond it is fetched by itself, so that such a value stays small. */
const LARGE_BYTES = 64 * 1024;

const SEPARATOR = 0x2c;
/**
 * A row as bytes: its lengths and numbers as text, then its texts and its content. SQLite does the
 * concatenation, and one value for many rows crosses into JavaScript.
 */
const FRAME = `
  b.bucket || ',' || octet_length(e.uri) || ',' || octet_length(e.datetime) || ',' ||
  ifnull(octet_length(e.label), -1) || ',' ||
  CASE WHEN typeof(e.contentSizeBytes) IN ('integer', 'real') THEN e.contentSizeBytes ELSE 'x' END || ',' ||
  octet_length(e.content) || ',' || b.rowid || ',' ||
  CAST(e.uri AS TEXT) || CAST(e.datetime AS TEXT) || ifnull(CAST(e.label AS TEXT), '') ||
  CASE WHEN octet_length(e.content) > ${LARGE_BYTES} THEN '' ELSE CAST(e.content AS TEXT) END`;

export interface ReadBucket {
  readonly bucketId: number;
  readonly fingerprint: Buffer;
}

/** Takes a row; a promise is awaited before the next one, and must do no network I/O. */
export type RowVisitor = (row: RowView) => Promise<void> | undefined;

/** Reads whole buckets, in the order of bucket and uri, as fast as SQLite gives them. */
export class BatchReader {
  readonly #connection: Database.Database;
  readonly #source: number;
  readonly #view = new RowView();
  /** Whether all bytes of the batch or chunk at hand, one behind the other, are UTF-8. */
  #isUtf8 = true;
  #arena = Buffer.allocUnsafeSlow(1024 * 1024);
  /** Rows that no data file can hold. */
  unpublishable = 0;

  /** The connection must be one of its own, may not be `query_only`, and of a database in UTF-8. */
  constructor(connection: Database.Database, source: number) {
    this.#connection = connection;
    this.#source = source;
    connection.pragma('temp_store = MEMORY');
    connection.exec('CREATE TEMP TABLE batch (uri, bucket)');
  }

  /**
   * Reads as many of the buckets as make a batch, from the first on, in one transaction, and calls
   * `visit` for each row. Returns what it read: at least one bucket.
   */
  async read(buckets: readonly number[], visit: RowVisitor): Promise<readonly ReadBucket[]> {
    this.#connection.exec('BEGIN');
    try {
      const batch = this.#batchOf(buckets);
      const read = batch.map((bucketId) => ({
        bucketId,
        fingerprint: this.#fingerprint(bucketId),
      }));
      if (batch.length === 1) await this.#stream(batch, visit);
      else if (!(await this.#sorted(batch, visit)))
        for (const bucket of batch) await this.#stream([bucket], visit);
      return read;
    } finally {
      this.#connection.exec('COMMIT');
    }
  }

  #batchOf(buckets: readonly number[]): number[] {
    const size = this.#connection
      .prepare<[number, number], [number, number]>(
        'SELECT count(*), total(contentSizeBytes) FROM DataEntity WHERE timeBucketId = ? AND source = ?',
      )
      .raw();
    const batch: number[] = [];
    let rows = 0;
    let bytes = 0;
    for (const bucket of buckets) {
      const [bucketRows, bucketBytes] = size.get(bucket, this.#source) ?? [0, 0];
      rows += bucketRows;
      bytes += bucketBytes;
      if (batch.length > 0 && (rows > BATCH_ROWS || bytes > BATCH_BYTES)) break;
      batch.push(bucket);
    }
    return batch;
  }

  #fingerprint(bucket: number): Buffer {
    return bucketFingerprint(this.#connection, INDEXED_QUERIES, { bucket, source: this.#source });
  }

  /** One bucket in the order of its uris, which is that of the table. */
  async #stream(buckets: readonly number[], visit: RowVisitor): Promise<void> {
    for (const { bytes, rows } of this.#chunks(buckets)) {
      this.#isUtf8 = isUtf8(bytes);
      let at = 0;
      for (let row = 0; row < rows; row += 1) {
        const frame = readFrame(bytes, at);
        at = frame.end;
        const pending = this.#visit(bytes, frame, visit);
        if (pending) await pending;
      }
      checkEnd(at, bytes.byteLength);
    }
  }

  /** Several buckets: read in the order of uris, visited bucket by bucket. False where they are too large. */
  async #sorted(buckets: readonly number[], visit: RowVisitor): Promise<boolean> {
    const starts = new Map<number, number[]>(buckets.map((bucket) => [bucket, []]));
    let used = 0;
    this.#isUtf8 = true;
    for (const { bytes, rows } of this.#chunks(buckets)) {
      this.#isUtf8 &&= isUtf8(bytes);
      const end = used + bytes.byteLength;
      if (end > MAX_ARENA_BYTES) return false;
      this.#reserve(used, bytes.byteLength);
      bytes.copy(this.#arena, used);
      for (let row = 0; row < rows; row += 1) {
        const frame = readFrame(this.#arena, used);
        starts.get(frame.bucket)?.push(used);
        used = frame.end;
      }
      checkEnd(used, end);
    }
    for (const bucket of buckets)
      for (const start of starts.get(bucket) ?? []) {
        const pending = this.#visit(this.#arena, readFrame(this.#arena, start), visit);
        if (pending) await pending;
      }
    return true;
  }

  #reserve(used: number, count: number): void {
    if (used + count <= this.#arena.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(used + count, 2 * this.#arena.byteLength));
    this.#arena.copy(larger, 0, 0, used);
    this.#arena = larger;
  }

  *#chunks(buckets: readonly number[]): Generator<{ bytes: Buffer; rows: number }> {
    this.#connection.exec('DELETE FROM temp.batch');
    this.#connection
      .prepare(
        `INSERT INTO temp.batch SELECT uri, timeBucketId FROM DataEntity
         WHERE source = ? AND timeBucketId IN (SELECT value FROM json_each(?)) ORDER BY uri`,
      )
      .run(this.#source, JSON.stringify(buckets));
    const chunk = this.#connection
      .prepare<[number, number], [number, Buffer | null]>(
        `SELECT count(*), CAST(group_concat(${FRAME}, '') AS BLOB)
         FROM temp.batch b CROSS JOIN main.DataEntity e ON e.uri = b.uri WHERE b.rowid > ? AND b.rowid <= ?`,
      )
      .raw();
    const last = this.#connection
      .prepare<[], number | null>('SELECT max(rowid) FROM temp.batch')
      .pluck()
      .get();
    for (let row = 0; row < (last ?? 0); row += CHUNK_ROWS) {
      const [rows, bytes] = chunk.get(row, row + CHUNK_ROWS) ?? [0, null];
      if (bytes !== null) yield { bytes, rows };
    }
  }

  #visit(bytes: Buffer, frame: Frame, visit: RowVisitor): Promise<void> | undefined {
    if (Number.isSafeInteger(frame.contentSizeBytes) && frame.contentBytes <= MAX_CONTENT_BYTES)
      return visit(this.#viewOf(bytes, frame));
    this.unpublishable += 1;
    return undefined;
  }

  #viewOf(bytes: Buffer, frame: Frame): RowView {
    if (frame.contentBytes > LARGE_BYTES || !this.#hasTexts(bytes, frame))
      return this.#placed(
        wellFormed(bytes.subarray(frame.textStart, frame.contentStart), frame),
        frame.contentBytes > LARGE_BYTES
          ? this.#contentOf(frame.rowid)
          : bytes.subarray(frame.contentStart, frame.end),
        frame,
      );
    const view = this.#view;
    view.bytes = bytes;
    view.uriStart = frame.textStart;
    view.uriEnd = view.uriStart + frame.uriBytes;
    view.datetimeStart = view.uriEnd;
    view.datetimeEnd = view.datetimeStart + frame.datetimeBytes;
    view.labelStart = frame.labelBytes < 0 ? -1 : view.datetimeEnd;
    view.labelEnd = frame.labelBytes < 0 ? -1 : view.datetimeEnd + frame.labelBytes;
    view.contentStart = frame.contentStart;
    view.contentEnd = frame.end;
    view.timeBucketId = frame.bucket;
    view.contentSizeBytes = frame.contentSizeBytes;
    return view;
  }

  /** Whether each text of the row is UTF-8 by itself. */
  #hasTexts(bytes: Buffer, { textStart, uriBytes, datetimeBytes, contentStart }: Frame): boolean {
    if (!this.#isUtf8 && !isUtf8(bytes.subarray(textStart, contentStart))) return false;
    const datetimeStart = textStart + uriBytes;
    return (
      !isContinuation(bytes[datetimeStart]) &&
      !isContinuation(bytes[datetimeStart + datetimeBytes]) &&
      !isContinuation(bytes[contentStart])
    );
  }

  /** A row whose parts are not beside each other yet. */
  #placed([uri, datetime, label]: Texts, content: Uint8Array, frame: Frame): RowView {
    const view = this.#view;
    view.bytes = Buffer.concat([uri, datetime, label, content]);
    view.uriStart = 0;
    view.uriEnd = uri.byteLength;
    view.datetimeStart = view.uriEnd;
    view.datetimeEnd = view.uriEnd + datetime.byteLength;
    view.labelStart = frame.labelBytes < 0 ? -1 : view.datetimeEnd;
    view.labelEnd = frame.labelBytes < 0 ? -1 : view.datetimeEnd + label.byteLength;
    view.contentStart = view.datetimeEnd + label.byteLength;
    view.contentEnd = view.bytes.byteLength;
    view.timeBucketId = frame.bucket;
    view.contentSizeBytes = frame.contentSizeBytes;
    return view;
  }

  #contentOf(rowid: number): Buffer {
    const content = this.#connection
      .prepare<[number], Buffer>(
        'SELECT CAST(e.content AS BLOB) FROM temp.batch b CROSS JOIN main.DataEntity e ON e.uri = b.uri WHERE b.rowid = ?',
      )
      .pluck()
      .get(rowid);
    if (content === undefined) throw new RowError('a row left within its own transaction');
    return content;
  }
}

/** A byte of UTF-8 that begins no character. */
const isContinuation = (byte = 0): boolean => (byte & 0xc0) === 0x80;

interface Frame {
  bucket: number;
  uriBytes: number;
  datetimeBytes: number;
  /** Below 0: no label. */
  labelBytes: number;
  /** NaN where it is no number. */
  contentSizeBytes: number;
  contentBytes: number;
  rowid: number;
  textStart: number;
  contentStart: number;
  end: number;
}

type Texts = readonly [uri: Buffer, datetime: Buffer, label: Buffer];

/** The texts as JavaScript has them: what is no UTF-8 becomes a replacement character. */
function wellFormed(texts: Buffer, { uriBytes, datetimeBytes }: Frame): Texts {
  const text = (start: number, end: number) => Buffer.from(texts.toString('utf8', start, end));
  const uriEnd = uriBytes;
  const datetimeEnd = uriEnd + datetimeBytes;
  return [text(0, uriEnd), text(uriEnd, datetimeEnd), text(datetimeEnd, texts.byteLength)];
}

function checkEnd(at: number, end: number): void {
  if (at !== end) throw new RowError('the bytes of its rows do not add up');
}

/** A table that is not as a miner's is. */
export class RowError extends Error {}

const HEADER_FIELDS = 7;
const header = new Float64Array(HEADER_FIELDS);
const frame: Frame = {
  bucket: 0,
  uriBytes: 0,
  datetimeBytes: 0,
  labelBytes: 0,
  contentSizeBytes: 0,
  contentBytes: 0,
  rowid: 0,
  textStart: 0,
  contentStart: 0,
  end: 0,
};

/** Valid until the next call. */
function readFrame(bytes: Buffer, start: number): Frame {
  let at = start;
  for (let field = 0; field < HEADER_FIELDS; field += 1) {
    const from = at;
    let value = 0;
    let isPlain = true;
    for (let byte = bytes[at] as number; byte !== SEPARATOR; byte = bytes[at] as number) {
      const digit = byte - 0x30;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else isPlain = false;
      at += 1;
    }
    header[field] = isPlain && at - from < 16 ? value : Number(bytes.toString('latin1', from, at));
    at += 1;
  }
  frame.bucket = header[0] as number;
  frame.uriBytes = header[1] as number;
  frame.datetimeBytes = header[2] as number;
  frame.labelBytes = header[3] as number;
  frame.contentSizeBytes = header[4] as number;
  frame.contentBytes = header[5] as number;
  frame.rowid = header[6] as number;
  frame.textStart = at;
  frame.contentStart = at + frame.uriBytes + frame.datetimeBytes + Math.max(0, frame.labelBytes);
  frame.end = frame.contentStart + (frame.contentBytes > LARGE_BYTES ? 0 : frame.contentBytes);
  return frame;
}
