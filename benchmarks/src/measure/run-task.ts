import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TaskName } from '../tasks.ts';
import { type Sample, sampleSchema } from './sample.ts';
import type { TaskInput } from './task.ts';

const run = promisify(execFile);

/** Runs a task in a process of its own, in a folder of its own. Throws what the process says. */
export async function runTask(
  name: TaskName,
  input: Omit<TaskInput, 'folder'>,
  signal: AbortSignal,
): Promise<Sample> {
  const folder = await temporaryFolder();
  try {
    const program = process.argv[1] ?? '';
    const given = JSON.stringify({ ...input, folder });
    const { stdout } = await run(process.execPath, [program, 'run-task', name, given], { signal });
    return sampleSchema.parse(JSON.parse(stdout));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'data-universe-bench-'));
}
