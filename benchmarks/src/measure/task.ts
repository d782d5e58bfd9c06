import { z } from 'zod';

/** What a task has to work with; every task takes what it needs. */
export const taskInputSchema = z.strictObject({
  /** Made for this task, and removed after it. */
  folder: z.string(),
  /** What the preparation left. */
  prepared: z.string(),
  /** Rows, or requests. */
  units: z.int().positive(),
});
export type TaskInput = z.infer<typeof taskInputSchema>;

export const workDoneSchema = z.strictObject({
  units: z.int(),
  /** Of content handled, before compression; null where there is none. */
  bytes: z.int().nullable(),
  /** Of files written; absent where there are none. */
  written: z.int().optional(),
});
type WorkDone = z.infer<typeof workDoneSchema>;

/** Readies itself, untimed, and returns the work to be timed. */
export type Task = (input: TaskInput) => Promise<() => Promise<WorkDone>>;
