import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { errorCode } from '../errors.ts';
import type { BucketQueries } from './bucket-queries.ts';
import { EMPTY_FINGERPRINT, fingerprintOf } from './fingerprint.ts';

interface OneBucket {
  readonly source: number;
  readonly bucket: unknown;
}

/** The fingerprint of one bucket as it stands. */
export function bucketFingerprint(
  connection: Database.Database,
  queries: Pick<BucketQueries, 'bucket' | 'bucketText'>,
  bucket: OneBucket,
): Buffer {
  try {
    const row = connection
      .prepare<unknown[], [number, Buffer | null]>(queries.bucket)
      .raw()
      .get(bucket);
    return row?.[1] ? fingerprintOf(row[1]) : EMPTY_FINGERPRINT;
  } catch (error) {
    if (errorCode(error) === 'SQLITE_TOOBIG') return fingerprintByRows(connection, queries, bucket);
    throw error;
  }
}

/** The same of a bucket whose concatenation exceeds SQLite's longest value (1 GB). */
export function fingerprintByRows(
  connection: Database.Database,
  queries: Pick<BucketQueries, 'bucketText'>,
  bucket: OneBucket,
): Buffer {
  const digest = createHash('sha256');
  const rows = connection.prepare<unknown[], [string]>(queries.bucketText).raw().iterate(bucket);
  let separator = '';
  for (const [text] of rows) {
    digest.update(separator).update(text);
    separator = '\n';
  }
  return digest.digest().subarray(0, 16);
}
