import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { S3Settings } from '@data-universe/s3-core';
import { onTestFinished } from 'vitest';

const child = fileURLToPath(new URL('./put-child.mjs', import.meta.url));

interface PutProcessOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly key: string;
  /** And 77 bytes. */
  readonly mebibytes: number;
  readonly settings: S3Settings;
  /** A folder. */
  readonly journal?: string;
}

export interface PutProcess {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly output: string; readonly signal: NodeJS.Signals | null }>;
}

/** Puts a generated object from a process of its own, which ends with its test at the latest. */
export function startPut(options: PutProcessOptions): PutProcess {
  const run = spawn(process.execPath, ['--no-warnings', child, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    run.kill('SIGKILL');
  });
  let output = '';
  run.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<Awaited<PutProcess['ended']>>((resolve, reject) => {
    run.on('error', reject);
    run.on('close', (_, signal) => resolve({ output, signal }));
  });
  return { process: run, ended };
}
