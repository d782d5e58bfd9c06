import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { StartHelper } from './scan-share.ts';

/** Buffers arrive from another thread as plain arrays of bytes. */
const messageSchema = z.object({
  number: z.int(),
  unpublishable: z.int(),
  buckets: z.array(
    z.object({
      bucketId: z.int(),
      rows: z.int(),
      fingerprint: z
        .custom<Uint8Array>((bytes) => bytes instanceof Uint8Array)
        .transform((bytes) => Buffer.from(bytes)),
    }),
  ),
});
export type ScanMessage = z.input<typeof messageSchema>;

/** A thread that scans its share; undefined where there is none: Node 20 runs no TypeScript. */
export const startScanThread: StartHelper | undefined = import.meta.url.endsWith('.ts')
  ? undefined
  : (job, onRange) => {
      const worker = new Worker(new URL('./scan-worker.js', import.meta.url), { workerData: job });
      worker.on('message', (message: unknown) => {
        const { number, ...range } = messageSchema.parse(message);
        onRange(number, range);
      });
      const done = new Promise<void>((resolve) => {
        // Whatever stops it, the ranges that are missing are scanned by the thread that waits here.
        worker.on('error', () => resolve());
        worker.on('exit', () => resolve());
      });
      return { done, stop: () => void worker.terminate() };
    };
