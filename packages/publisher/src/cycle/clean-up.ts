import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cycle, enter } from './cycle.ts';

/** Deletes staging files that no intent needs any more: they are published, or never will be. */
export async function cleanUp(cycle: Cycle): Promise<void> {
  await enter(cycle, 'clean-up');
  await emptyStaging(cycle);
}

export async function emptyStaging({ stagingDirectory, ledger }: Cycle): Promise<void> {
  const needed = new Set(ledger.intents.pending()?.files.map(({ file }) => file.name));
  await mkdir(stagingDirectory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(stagingDirectory))
    if (!needed.has(name)) await rm(join(stagingDirectory, name), { force: true });
}
