import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from '../../src/index.ts';
import type { Setting } from './setting.ts';

/**
 * Runs as far as the awaited step number `at` (each step of a commit, each call of the store before it has
 * arrived and after) and leaves store and disk as a kill -9 there does: what the publisher still does, such
 * as tidying up, is undone, and the store hears of nothing more. Says whether it came that far.
 */
export async function runAndKill(
  { backend, folder, stateDirectory }: Setting,
  at: number,
  publisher: Awaited<ReturnType<Setting['open']>>,
  options: RunOptions = {},
): Promise<boolean> {
  const snapshot = join(folder, 'killed');
  let steps = 0;
  let dead = false;
  const step = (): Error | undefined => {
    if (!dead && steps++ < at) return undefined;
    if (!dead) cpSync(stateDirectory, snapshot, { recursive: true });
    dead = true;
    return new Error('killed');
  };
  backend.before = step;
  backend.after = step;
  try {
    await publisher.run({
      ...options,
      onStep: () => {
        const error = step();
        if (error) throw error;
      },
    });
  } catch (error) {
    if (!dead) throw error;
  } finally {
    backend.before = undefined;
    backend.after = undefined;
  }
  if (!dead) return false;
  rmSync(stateDirectory, { recursive: true });
  cpSync(snapshot, stateDirectory, { recursive: true });
  rmSync(snapshot, { recursive: true });
  return true;
}
