import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { S3Backend } from '@data-universe/s3-core';
import { fileSource, parseObjectKey, sha256OfStream } from '@data-universe/storage-core';
import { runTask, temporaryFolder } from '../measure/run-task.ts';
import type { Sample } from '../measure/sample.ts';
import { fileIn, OBJECT_KEY, type Place, writePlace } from './place.ts';
import { parseServers, type Servers } from './serve.ts';
import { S3_TASKS, type S3Task } from './tasks-of-s3.ts';

export interface S3Options {
  /** 10^6 bytes. */
  readonly megabytes: number;
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly onRun: (done: number) => void;
}

/** Measures every task once a round, the one that begins changing with each round. */
export async function compareS3({ megabytes, rounds, signal, onRun }: S3Options) {
  const prepared = await temporaryFolder();
  const child = spawn(
    process.execPath,
    [process.argv[1] ?? '', 'serve-s3', join(prepared, 'cloud')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'close');
  const samples = new Map<S3Task, Sample[]>(S3_TASKS.map((task) => [task, []]));
  try {
    await prepare(prepared, megabytes, parseServers(await firstLine(child.stdout)));
    for (let round = 0; round < rounds; round += 1)
      for (let n = 0; n < S3_TASKS.length; n += 1) {
        const task = S3_TASKS[(round + n) % S3_TASKS.length] ?? S3_TASKS[0];
        onRun(round * S3_TASKS.length + n);
        samples.get(task)?.push(await runTask(task, { prepared, units: megabytes }, signal));
      }
    return samples;
  } finally {
    child.stdin.end();
    await ended;
    await rm(prepared, { recursive: true, force: true });
  }
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input })) return line;
  throw new Error('the servers did not start');
}

async function prepare(prepared: string, megabytes: number, servers: Servers): Promise<void> {
  const file = await open(fileIn(prepared), 'w');
  const block = Buffer.alloc(1_000_000);
  for (let n = 0; n < megabytes; n += 1) await file.write(randomFillSync(block));
  await file.close();
  const source = await fileSource(fileIn(prepared));
  const sha256 = await sha256OfStream(source.stream());
  const place: Place = { ...servers, bytes: source.size, sha256 };
  const backend = new S3Backend({ ...servers, credentials: async () => servers.admin });
  await backend.put(parseObjectKey(OBJECT_KEY), source, { sha256 });
  backend.close();
  await writePlace(prepared, place);
}
