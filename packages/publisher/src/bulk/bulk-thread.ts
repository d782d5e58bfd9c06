import { Worker } from 'node:worker_threads';
import { PublisherError, type PublisherErrorCode } from '../errors.ts';
import type { BulkJob, BulkProgress, BulkResult } from './bulk-job.ts';
import { writeBulk } from './write-bulk.ts';

export type BulkMessage =
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'done'; readonly result: BulkResult }
  | {
      readonly kind: 'failed';
      readonly publisherCode: PublisherErrorCode | undefined;
      readonly message: string;
    };

/** A thread can be started from built code alone: Node 20 runs no TypeScript. */
const isBuilt = !import.meta.url.endsWith('.ts');

/** Young objects of this work die within a row group: a small nursery keeps them in the cache. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 16 };

/** Does one job here, the same way as a thread of its own would. */
export function runInline(job: BulkJob, onRows: BulkProgress): Promise<BulkResult> {
  return writeBulk(job, onRows);
}

/** Does one job in a thread of its own. Throws PublisherError, Error. */
export function runInThread(job: BulkJob, onRows: BulkProgress): Promise<BulkResult> {
  if (!isBuilt) return runInline(job, onRows);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./bulk-worker.js', import.meta.url), {
      workerData: job,
      resourceLimits: RESOURCE_LIMITS,
    });
    worker.on('message', (message: BulkMessage) => {
      if (message.kind === 'rows') onRows(message.rows);
      else if (message.kind === 'done') resolve(message.result);
      else reject(errorOf(message));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      reject(new Error(`a thread that wrote data files ended with code ${code}`));
    });
  });
}

function errorOf({ publisherCode, message }: BulkMessage & { readonly kind: 'failed' }): Error {
  if (publisherCode === undefined) return new Error(message);
  // The message of a PublisherError ends with its code, which is added again.
  const text = message.replace(` (${publisherCode})`, '');
  return new PublisherError({ code: publisherCode, message: text });
}
