import { rm } from 'node:fs/promises';
import type { TaskName } from '../tasks.ts';
import { runTask, temporaryFolder } from './run-task.ts';
import type { Sample } from './sample.ts';

export interface Comparison {
  /** Writes into the folder `prepared` what the two others work on. */
  readonly prepare: TaskName;
  readonly subject: TaskName;
  readonly baseline: TaskName;
  readonly units: number;
  readonly rounds: number;
}

export interface Compared {
  readonly subject: readonly Sample[];
  readonly baseline: readonly Sample[];
}

export interface CompareOptions {
  readonly signal: AbortSignal;
  readonly onRun: (name: TaskName, done: number, total: number) => void;
}

/**
 * Measures subject and baseline in turn, the one that begins changing with each round, so that what
 * else the machine does falls on both.
 */
export async function compare(
  { prepare, subject, baseline, units, rounds }: Comparison,
  { signal, onRun }: CompareOptions,
): Promise<Compared> {
  const prepared = await temporaryFolder();
  const samples = new Map<TaskName, Sample[]>([
    [subject, []],
    [baseline, []],
  ]);
  const total = 2 * rounds;
  try {
    onRun(prepare, 0, total);
    await runTask(prepare, { prepared, units }, signal);
    for (let done = 0; done < total; done += 1) {
      const subjectFirst = Math.floor(done / 2) % 2 === 0;
      const name = (done % 2 === 0) === subjectFirst ? subject : baseline;
      onRun(name, done, total);
      samples.get(name)?.push(await runTask(name, { prepared, units }, signal));
    }
  } finally {
    await rm(prepared, { recursive: true, force: true });
  }
  return { subject: samples.get(subject) ?? [], baseline: samples.get(baseline) ?? [] };
}
