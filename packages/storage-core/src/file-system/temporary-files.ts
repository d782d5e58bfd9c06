import { randomUUID } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { lstat, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallContext } from '../call-context.ts';
import { RESERVED_FOLDER } from './entry-name.ts';
import { errnoOf } from './errors.ts';
import type { SafeTree } from './safe-tree.ts';

const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/** Files that are being written, outside of every listing until they are whole. */
export class TemporaryFiles {
  readonly #tree: SafeTree;
  #swept = false;

  constructor(tree: SafeTree) {
    this.#tree = tree;
  }

  /** Writes the chunks durably, hands the file to `use`, and removes it whatever happens. */
  async with<T>(
    chunks: AsyncIterable<Uint8Array>,
    call: CallContext,
    use: (path: string, stats: BigIntStats) => Promise<T>,
  ): Promise<T> {
    const folder = await this.#tree.ensureFolders([RESERVED_FOLDER], call);
    if (!this.#swept) await sweep(folder);
    this.#swept = true;
    const path = join(folder, randomUUID());
    try {
      return await use(path, await write(path, chunks));
    } finally {
      await unlinkIfAny(path);
    }
  }
}

async function write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<BigIntStats> {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const handle = await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o644);
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
    await handle.sync();
    return await handle.stat({ bigint: true });
  } finally {
    await handle.close();
  }
}

/** Removes what a killed process left behind; a writer that lives touched its file far more lately. */
async function sweep(folder: string): Promise<void> {
  const limit = Date.now() - STALE_AFTER_MS;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    try {
      const stats = await lstat(path);
      if (stats.isFile() && stats.mtimeMs < limit) await unlink(path);
    } catch (error) {
      // Another process sweeps too, or wrote it as another user: a leftover only costs space.
      if (!['ENOENT', 'EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) throw error;
    }
  }
}

async function unlinkIfAny(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
