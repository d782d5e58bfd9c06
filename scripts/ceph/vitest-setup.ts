import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

/**
 * Vitest's global set-up: a folder for the one Ceph of a run. The first test that needs it starts
 * it (`sharedCeph`), so that a run without such a test costs nothing; here it is stopped.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = join(await mkdtemp(join(tmpdir(), 'ceph-')), 'cluster');
  project.provide('ceph', { directory, owner: process.pid });
  return async () => {
    await promisify(execFile)(join(import.meta.dirname, 'down.sh'), ['--dir', directory]);
    await rm(join(directory, '..'), { recursive: true });
  };
}
