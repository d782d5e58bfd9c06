import { type BigIntStats, constants } from 'node:fs';
import { lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallContext, failure } from '../call-context.ts';
import { errnoOf } from './errors.ts';

/** Paths below one folder, each of their parts seen to be a real folder or file, never a link. */
export class SafeTree {
  readonly directory: string;
  readonly #durable = new Set<string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** The folder itself may be reached over a link: it is the operator's word. */
  async root(call: CallContext): Promise<string> {
    try {
      if ((await stat(this.directory)).isDirectory()) return await realpath(this.directory);
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw cause;
    }
    throw failure(call, {
      code: 'Unavailable',
      message: `the folder ${this.directory} does not exist: create it, or mount its disk`,
    });
  }

  /** The path of the names below the root, or undefined where there is none. */
  async find(
    names: readonly string[],
    leaf: 'file' | 'folder',
    call: CallContext,
  ): Promise<{ path: string; stats: BigIntStats } | undefined> {
    let path = await this.root(call);
    let stats = await lstat(path, { bigint: true });
    for (const [index, name] of names.entries()) {
      path = join(path, name);
      const found = await lstatIfAny(path);
      if (found === undefined) return undefined;
      refuseUnless(found, index === names.length - 1 ? leaf : 'folder', path, call);
      stats = found;
    }
    return { path, stats };
  }

  /** Creates the missing folders durably and returns the path of the last. */
  async ensureFolders(names: readonly string[], call: CallContext): Promise<string> {
    let path = await this.root(call);
    for (const name of names) {
      const parent = path;
      path = join(path, name);
      const created = await mkdirIfNone(path);
      refuseUnless(await lstat(path, { bigint: true }), 'folder', path, call);
      // Another process may have created it and died before it was durable.
      if (created || !this.#durable.has(path)) await syncFolder(parent);
      this.#durable.add(path);
    }
    return path;
  }
}

/** Makes a folder's entries durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a folder; they promise no more than this.
    if (!['EINVAL', 'ENOTSUP'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

async function lstatIfAny(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function mkdirIfNone(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function refuseUnless(
  stats: BigIntStats,
  wanted: 'file' | 'folder',
  path: string,
  call: CallContext,
): void {
  if (wanted === 'file' ? stats.isFile() : stats.isDirectory()) return;
  throw failure(call, {
    code: 'PermissionDenied',
    message: stats.isSymbolicLink()
      ? `${path} is a symbolic link, which is never followed: remove it`
      : `${path} is not a ${wanted}: remove it`,
  });
}
