import { parentPort, workerData } from 'node:worker_threads';
import { INDEXED_QUERIES } from './bucket-queries.ts';
import { BucketScan } from './bucket-scan.ts';
import { openDatabase } from './open-database.ts';
import { type ScanJob, takeRange } from './scan-share.ts';
import type { ScanMessage } from './scan-thread.ts';

/** The other thread's end: it scans ranges until none is left. */
const job = workerData as ScanJob;
const { connection } = openDatabase(job.databasePath, job.busyTimeoutMs);
try {
  const scan = new BucketScan(connection, INDEXED_QUERIES, job.source);
  for (let taken = takeRange(job); taken; taken = takeRange(job)) {
    const { buckets, unpublishable } = await scan.range(taken[1]);
    const message: ScanMessage = { number: taken[0], unpublishable, buckets: [...buckets] };
    parentPort?.postMessage(message);
  }
} finally {
  connection.close();
}
