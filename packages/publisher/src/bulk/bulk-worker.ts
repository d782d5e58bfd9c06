import { parentPort, workerData } from 'node:worker_threads';
import { isPublisherError } from '../errors.ts';
import type { BulkJob } from './bulk-job.ts';
import type { BulkMessage } from './bulk-thread.ts';
import { writeBulk } from './write-bulk.ts';

/** The other thread's end: one job, given with the start. */
const say = (message: BulkMessage): void => parentPort?.postMessage(message);

try {
  const result = await writeBulk(workerData as BulkJob, (rows) => say({ kind: 'rows', rows }));
  say({ kind: 'done', result });
} catch (error) {
  say({
    kind: 'failed',
    publisherCode: isPublisherError(error) ? error.code : undefined,
    message: error instanceof Error ? error.message : String(error),
  });
}
