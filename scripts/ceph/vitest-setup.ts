import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

/**
 * Vitest's global set-up: names the folder of the one Ceph of a run. The first test that needs it
 * starts it (`sharedCeph`), so that a run without such a test costs nothing; here it is stopped.
 */
export default function setup(project: TestProject): () => Promise<void> {
  const directory = join(tmpdir(), `ceph-${randomUUID()}`);
  project.provide('ceph', { directory, owner: process.pid });
  return async () => {
    if (existsSync(directory))
      await promisify(execFile)(join(import.meta.dirname, 'down.sh'), ['--dir', directory]);
  };
}
