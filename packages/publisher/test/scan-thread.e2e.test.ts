import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { INDEXED_QUERIES } from '../src/database/bucket-queries.ts';
import { BucketScan, type ScannedRange } from '../src/database/bucket-scan.ts';
import { openDatabase } from '../src/database/open-database.ts';
import { rangesBetween, type ScanJob } from '../src/database/scan-share.ts';
import { FIRST_BUCKET, posts } from './support/miner.ts';
import { setting } from './support/setting.ts';

const built = new URL('../dist/database/scan-thread.js', import.meta.url);

async function startThread() {
  expect(existsSync(fileURLToPath(built)), 'build the package first').toBe(true);
  const module = (await import(built.href)) as typeof import('../src/database/scan-thread.ts');
  if (module.startScanThread === undefined) throw new Error('the built code starts no thread');
  return module.startScanThread;
}

function jobOf(databasePath: string): ScanJob {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const ranges = rangesBetween(-1, FIRST_BUCKET, FIRST_BUCKET + 199);
  return { databasePath, busyTimeoutMs: undefined, source: 2, ranges, next };
}

it('a thread scans the ranges that nobody else takes', async () => {
  const start = await startThread();
  const { miner } = setting();
  miner.put(...posts(0, 600, 200));
  const job = jobOf(miner.path);
  const told = new Map<number, ScannedRange>();
  await start(job, (number, range) => told.set(number, range)).done;
  const { connection } = openDatabase(miner.path);
  onTestFinished(() => void connection.close());
  const scan = new BucketScan(connection, INDEXED_QUERIES, 2);
  for (const [number, range] of job.ranges.entries())
    expect(told.get(number)).toEqual(await scan.range(range));
});

it('a thread that cannot read the database tells nothing, and ends', async () => {
  const start = await startThread();
  const told: number[] = [];
  await start(jobOf('/no/such.sqlite'), (number) => told.push(number)).done;
  expect(told).toEqual([]);
});
