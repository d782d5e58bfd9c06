import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type FloodOptions, type FloodTally, startFlood } from './flood.ts';
import { runLoad } from './run-load.ts';

async function floodInThread(options: FloodOptions): Promise<FloodTally> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: options });
  const [tally] = await once(worker, 'message');
  return tally;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bin: { type: 'string', default: join(process.cwd(), 'packages/auth-lambda/dist/bin.js') },
      seconds: { type: 'string', default: '60' },
      garbage: { type: 'string', default: '2000' },
      slow: { type: 'string', default: '100' },
      honest: { type: 'string', default: '10' },
    },
  });
  const figures = await runLoad({
    bin: values.bin,
    seconds: Number(values.seconds),
    garbagePerSecond: Number(values.garbage),
    slowConnections: Number(values.slow),
    honestPerSecond: Number(values.honest),
    flood: floodInThread,
  });
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}

if (isMainThread) await main();
else parentPort?.postMessage(await startFlood(workerData));
