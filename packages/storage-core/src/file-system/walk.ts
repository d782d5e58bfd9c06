import { Buffer } from 'node:buffer';
import type { BigIntStats, Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { CallContext } from '../call-context.ts';
import { isObjectKey, type KeyPrefix, type ObjectKey } from '../object-key.ts';
import { type DecodedName, decodeName, namesOfKey, namesOfPrefix } from './entry-name.ts';
import { errnoOf } from './errors.ts';
import type { SafeTree } from './safe-tree.ts';

export interface FoundFile {
  readonly key: ObjectKey;
  readonly stats: BigIntStats;
}

/**
 * The keys below a prefix, in the order of their bytes, holding one folder's names at a time.
 * Within a folder no name's bytes begin another's, so sorting each folder sorts the whole.
 */
export async function* walk(
  tree: SafeTree,
  prefix: KeyPrefix,
  startAfter: ObjectKey | undefined,
  call: CallContext,
): AsyncGenerator<FoundFile> {
  const after = startAfter === undefined ? '' : latin1(startAfter);

  async function* folder(names: readonly string[], bytes: string): AsyncGenerator<FoundFile> {
    const found = await tree.find(names, 'folder', call);
    if (found === undefined) return;
    for (const entry of await entriesOf(found.path)) {
      const reached = bytes + entry.bytes;
      if (reached <= after && !(entry.folder && after.startsWith(reached))) continue;
      const path = [...names, entry.name];
      if (entry.folder) yield* folder(path, reached);
      else yield* file(path, Buffer.from(reached, 'latin1').toString());
    }
  }

  async function* file(names: readonly string[], key: string): AsyncGenerator<FoundFile> {
    // A stray file whose name merely looks like ours is no object.
    if (!isObjectKey(key) || namesOfKey(key).join('/') !== names.join('/')) return;
    const found = await tree.find(names, 'file', call);
    if (found !== undefined) yield { key, stats: found.stats };
  }

  yield* folder(namesOfPrefix(prefix), latin1(prefix));
}

async function entriesOf(path: string): Promise<(DecodedName & { name: string })[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  return entries
    .flatMap((entry) => {
      const decoded = decodeName(entry.name);
      if (decoded === undefined) return [];
      // A link stays, to be refused aloud; `lost+found` and the like are nobody's object.
      const ours = decoded.folder ? entry.isDirectory() : entry.isFile();
      return ours || entry.isSymbolicLink() ? [{ ...decoded, name: entry.name }] : [];
    })
    .sort((a, b) => (a.bytes < b.bytes ? -1 : 1));
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
