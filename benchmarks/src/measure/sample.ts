import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Task, type TaskInput, workDoneSchema } from './task.ts';

/** One task, run once in a process of its own. */
export const sampleSchema = workDoneSchema.extend({
  seconds: z.number(),
  /** User and system, of all threads, while the work ran. */
  cpuSeconds: z.number(),
  /** Of the whole process. */
  peakRssBytes: z.int(),
});
export type Sample = z.infer<typeof sampleSchema>;

export async function sampleOf(task: Task, input: TaskInput): Promise<Sample> {
  const work = await task(input);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const done = await work();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { ...done, seconds, cpuSeconds: (user + system) / 1e6, peakRssBytes: peakRssBytes() };
}

/** Linux's `maxrss` of a child begins with what its parent had when it started it; VmHWM does not. */
function peakRssBytes(): number {
  const peak =
    process.platform === 'linux' &&
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return 1_024 * (peak ? Number(peak[1]) : process.resourceUsage().maxRSS);
}
