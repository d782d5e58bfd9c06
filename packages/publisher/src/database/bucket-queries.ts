/**
 * What the index knows of a row, as text. Concatenated over a bucket and hashed it is the bucket's
 * fingerprint: exact for uri, label and size, at the cost of an index scan, because SQLite does the
 * concatenation and one value a bucket crosses into JavaScript.
 */
const indexedText = (row: string) =>
  `${row}.uri || char(31) || ${row}.contentSizeBytes || char(31) || ifnull(${row}.label, char(30))`;

const digestInput = (row: string) =>
  `count(*), CAST(group_concat(${indexedText(row)}, char(10)) AS BLOB)`;

const rowColumns =
  'CAST(e.uri AS TEXT), CAST(e.datetime AS TEXT), CAST(e.label AS TEXT), CAST(e.content AS BLOB), e.contentSizeBytes';

/** Parameters, by name: source, bucket, after, until and before (buckets). */
export interface BucketQueries {
  /** Statements to run once, before the others. */
  readonly setUp: readonly string[];
  /** -> [bucket, rows, bytes to hash] of each bucket after `after`, ascending. */
  readonly scan: string;
  /** The same up to and with `until`. */
  readonly scanUntil: string;
  /** -> [bucket, rows, bytes of content] of each bucket before `before`, descending. */
  readonly sizes: string;
  /** -> [rows, bytes to hash] of one bucket. */
  readonly bucket: string;
  /** -> [text] row by row, in the order in which `bucket` concatenates it. */
  readonly bucketText: string;
  /** -> [uri, datetime, label, content, contentSizeBytes] of one bucket, in uri order. */
  readonly rows: string;
  /** -> [uri] of one bucket. */
  readonly uris: string;
}

const ONE_BUCKET = 'e.timeBucketId = @bucket AND e.source = @source';

function queriesOver(
  from: string,
  where: string,
): Omit<BucketQueries, 'setUp' | 'scan' | 'scanUntil' | 'sizes'> {
  return {
    bucket: `SELECT ${digestInput('e')} FROM ${from} WHERE ${where}`,
    bucketText: `SELECT ${indexedText('e')} FROM ${from} WHERE ${where}`,
    rows: `SELECT ${rowColumns} FROM ${from} WHERE ${where} ORDER BY e.uri`,
    uris: `SELECT CAST(e.uri AS TEXT) FROM ${from} WHERE ${where}`,
  };
}

const scanOver = (table: string, until = '') =>
  `SELECT e.timeBucketId, ${digestInput('e')} FROM ${table} e WHERE e.source = @source AND e.timeBucketId > @after${until} GROUP BY e.timeBucketId`;

const UNTIL = ' AND e.timeBucketId <= @until';

const sizesOver = (table: string) =>
  `SELECT e.timeBucketId, count(*), total(e.contentSizeBytes) FROM ${table} e WHERE e.source = @source AND e.timeBucketId < @before GROUP BY e.timeBucketId ORDER BY e.timeBucketId DESC`;

/** For databases with the covering index. */
export const INDEXED_QUERIES: BucketQueries = {
  setUp: [],
  scan: scanOver('DataEntity'),
  scanUntil: scanOver('DataEntity', UNTIL),
  sizes: sizesOver('DataEntity'),
  ...queriesOver('DataEntity e', ONE_BUCKET),
};

/**
 * For databases without it: one pass over the table builds the index in SQLite's temporary storage. It
 * only finds candidates; what is read of a bucket is checked against the table.
 */
export const UNINDEXED_QUERIES: BucketQueries = {
  setUp: [
    'DROP TABLE IF EXISTS temp.bucket_index',
    'CREATE TEMP TABLE bucket_index (timeBucketId, source, label, contentSizeBytes, uri)',
    'INSERT INTO temp.bucket_index SELECT timeBucketId, source, label, contentSizeBytes, uri FROM main.DataEntity WHERE source = @source',
    'CREATE INDEX temp.bucket_index_order ON bucket_index (timeBucketId, source, label, contentSizeBytes, uri)',
  ],
  scan: scanOver('temp.bucket_index'),
  scanUntil: scanOver('temp.bucket_index', UNTIL),
  sizes: sizesOver('temp.bucket_index'),
  ...queriesOver(
    'temp.bucket_index b CROSS JOIN main.DataEntity e ON e.uri = b.uri',
    `b.timeBucketId = @bucket AND b.source = @source AND ${ONE_BUCKET}`,
  ),
};
