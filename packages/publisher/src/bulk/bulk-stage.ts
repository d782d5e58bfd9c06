import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodingKeyBytes, manifestFileOf, ODDITY_KINDS } from '@data-universe/dataset';
import type { BucketQueue } from '../cycle/bucket-queue.ts';
import type { Cycle } from '../cycle/cycle.ts';
import type { PlannedBucket } from '../cycle/plan.ts';
import { throwIfAborted } from '../errors.ts';
import type { LedgerBucket, NewFile } from '../ledger/ledger-records.ts';
import { ABORT, type BulkFile, type BulkJob, type BulkResult, STOP } from './bulk-job.ts';
import { runInline, runInThread } from './bulk-thread.ts';

/** A thread takes a tenth of a second to begin: fewer rows are written sooner without. */
const MIN_ROWS_A_THREAD = 20_000;

/** How far shares may differ so that files are full: threads wait for the last. */
const MAX_UNEVEN = 0.1;

/** Fewer rows are better compared one by one: they share files with those of other buckets. */
const MIN_BULK_ROWS = 5_000;

/**
 * The buckets from the queue's first on of which nothing is published, as many as `filesLeft` files have
 * room for; none where it is not worth it.
 */
export function unpublishedRun(
  { database, ledger, maxRowsPerFile, threads }: Cycle,
  queue: BucketQueue,
  filesLeft: number,
): readonly PlannedBucket[] {
  if (!database.hasBatches) return [];
  // Each thread may leave one file that is not full.
  const room = Math.max(1, filesLeft - threads + 1) * maxRowsPerFile;
  const run: PlannedBucket[] = [];
  let rows = 0;
  for (const bucket of queue.left()) {
    const isNew =
      bucket.bucketId >= database.firstBucket && !ledger.published.hasSegments(bucket.bucketId);
    if (!isNew || rows + bucket.rows > room) break;
    run.push(bucket);
    rows += bucket.rows;
  }
  return rows < Math.min(MIN_BULK_ROWS, maxRowsPerFile) ? [] : run;
}

export interface BulkWritten {
  readonly files: readonly NewFile[];
  readonly buckets: readonly LedgerBucket[];
}

/**
 * Writes buckets of which nothing is published, with as many threads as the cycle may have. Each thread
 * reads the database and writes files by itself; what comes back is what a ledger keeps.
 */
export async function writeUnpublished(
  cycle: Cycle,
  planned: readonly PlannedBucket[],
  onRows: (rows: number) => void,
): Promise<BulkWritten> {
  const aborted = new Int32Array(new SharedArrayBuffer(4));
  const abort = () => Atomics.store(aborted, 0, ABORT);
  const stop = () => Atomics.compareExchange(aborted, 0, 0, STOP);
  cycle.signal?.addEventListener('abort', abort, { once: true });
  cycle.stop?.addEventListener('abort', stop, { once: true });
  try {
    throwIfAborted(cycle.signal);
    const shares = sharesOf(planned, cycle);
    const run = shares.length === 1 ? runInline : runInThread;
    const jobs = shares.map((share) => run(jobOf(cycle, share, aborted), onRows));
    // The others end soon, and leave nothing behind.
    for (const job of jobs) job.catch(abort);
    const settled = await Promise.allSettled(jobs);
    const results = settled.flatMap((job) => (job.status === 'fulfilled' ? [job.value] : []));
    const failed = settled.find((job) => job.status === 'rejected');
    if (failed || cycle.signal?.aborted) {
      for (const { files } of results)
        for (const { written } of files) await rm(written.path, { force: true });
      throwIfAborted(cycle.signal);
      throw failed?.reason;
    }
    const files: NewFile[] = [];
    for (const result of results) files.push(...(await adopt(cycle, result)));
    return { files, buckets: results.flatMap(bucketsOf) };
  } finally {
    cycle.signal?.removeEventListener('abort', abort);
    cycle.stop?.removeEventListener('abort', stop);
  }
}

function jobOf(
  cycle: Cycle,
  share: readonly PlannedBucket[],
  aborted: BulkJob['aborted'],
): BulkJob {
  const { source, profile } = cycle.identity;
  return {
    databasePath: cycle.database.path,
    busyTimeoutMs: cycle.busyTimeoutMs,
    source,
    profile,
    keys: cycle.keys && {
      username: encodingKeyBytes(cycle.keys.username),
      url: encodingKeyBytes(cycle.keys.url),
    },
    salt: cycle.ledger.salt,
    stagingDirectory: cycle.stagingDirectory,
    maxRowsPerFile: cycle.maxRowsPerFile,
    buckets: share.map(({ bucketId }) => bucketId),
    aborted,
  };
}

/** One share a thread: whole buckets in their order, about as many rows each, by whole files where that is so. */
function sharesOf(
  planned: readonly PlannedBucket[],
  { threads, maxRowsPerFile }: Cycle,
): PlannedBucket[][] {
  const rows = planned.reduce((sum, bucket) => sum + bucket.rows, 0);
  const count = Math.max(1, Math.min(threads, Math.floor(rows / MIN_ROWS_A_THREAD)));
  const shares: PlannedBucket[][] = [[]];
  let done = 0;
  for (const bucket of planned) {
    const even = (rows * shares.length) / count;
    const whole = Math.round(even / maxRowsPerFile) * maxRowsPerFile;
    const boundary = Math.abs(whole - even) <= MAX_UNEVEN * even ? whole : even;
    if (done >= boundary && shares.length < count) shares.push([]);
    shares.at(-1)?.push(bucket);
    done += bucket.rows;
  }
  return shares;
}

/** Gives files the names they are published under. */
async function adopt(cycle: Cycle, result: BulkResult): Promise<NewFile[]> {
  const { stagingDirectory, clock, oddities, counts } = cycle;
  counts.rowsUnpublishable += result.unpublishable;
  counts.contentBytes += result.contentBytes;
  for (const kind of ODDITY_KINDS)
    if (result.oddities[kind]) oddities[kind] = (oddities[kind] ?? 0) + result.oddities[kind];
  const adopted: NewFile[] = [];
  for (const { written, segments } of result.files) {
    const file = manifestFileOf(written, clock());
    await rename(written.path, join(stagingDirectory, file.name));
    adopted.push({ file, blockList: written.blockList, segments: segments.map(received) });
  }
  return adopted;
}

/** Buffers arrive from another thread as plain arrays of bytes. */
function received({ entries, ...segment }: BulkFile['segments'][number]) {
  return { ...segment, entries: Buffer.from(entries) };
}

function bucketsOf({ buckets }: BulkResult): LedgerBucket[] {
  return buckets.map(({ bucketId, fingerprint }) => ({
    bucketId,
    fingerprint: Buffer.from(fingerprint),
  }));
}
