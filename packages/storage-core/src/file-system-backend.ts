import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, link, open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type {
  CallOptions,
  Capabilities,
  GetOptions,
  ListOptions,
  ObjectContent,
  ObjectInfo,
  PutOptions,
  Receipt,
  StorageBackend,
  Write,
} from './backend.ts';
import { resolveRange } from './byte-range.ts';
import type { ByteSource } from './byte-source.ts';
import { type CallContext, failure, throwIfAborted } from './call-context.ts';
import { namesOfKey } from './file-system/entry-name.ts';
import { errnoOf, toStorageError } from './file-system/errors.ts';
import { SafeTree, syncFolder } from './file-system/safe-tree.ts';
import { TemporaryFiles } from './file-system/temporary-files.ts';
import { walk } from './file-system/walk.ts';
import { objectBody } from './object-body.ts';
import { type KeyPrefix, type ObjectKey, parseKeyPrefix, parseObjectKey } from './object-key.ts';
import { verifiedChunks } from './verified-chunks.ts';

const READ_SIZE = 256 * 1024;
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

export interface FileSystemBackendOptions {
  /** Exists already; nothing outside it is ever read or written. */
  readonly directory: string;
}

/** A StorageBackend in a folder of a POSIX file system: one file an object, durable once `put` returns. */
export class FileSystemBackend implements StorageBackend {
  readonly name: string;
  readonly capabilities: Capabilities = {
    createOnly: true,
    replace: true,
    atomicCommit: false,
    reportsSha256: false,
  };
  readonly #tree: SafeTree;
  readonly #temporary: TemporaryFiles;

  constructor(options: FileSystemBackendOptions) {
    const directory = resolve(options.directory);
    this.name = `file system at ${directory}`;
    this.#tree = new SafeTree(directory);
    this.#temporary = new TemporaryFiles(this.#tree);
  }

  async put(key: ObjectKey, source: ByteSource, options: PutOptions): Promise<Receipt> {
    const call: CallContext = {
      operation: 'put',
      key: parseObjectKey(key),
      signal: options.signal,
    };
    return translate(call, async () => {
      throwIfAborted(call);
      const names = namesOfKey(key);
      const existing = await this.#tree.find(names, 'file', call);
      if (existing !== undefined && options.ifExists !== 'replace') throw alreadyExists(call);
      const chunks = verifiedChunks(source, { ...call, sha256: options.sha256 });
      const stats = await this.#temporary.with(chunks, call, async (temporary, written) => {
        const folder = await this.#tree.ensureFolders(names.slice(0, -1), call);
        const target = join(folder, names.at(-1) ?? '');
        throwIfAborted(call);
        if (options.ifExists === 'replace') await rename(temporary, target);
        else await linkNew(temporary, target, call);
        await syncFolder(folder);
        return written;
      });
      return { ...infoOf(key, stats), sha256: options.sha256 };
    });
  }

  async get(key: ObjectKey, options: GetOptions = {}): Promise<ObjectContent> {
    const call: CallContext = {
      operation: 'get',
      key: parseObjectKey(key),
      signal: options.signal,
    };
    return translate(call, async () => {
      const { path } = await this.#find(key, call);
      // Not blocking: the file may have become a pipe that nobody writes to.
      const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
      const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        const stats = await handle.stat({ bigint: true });
        if (!stats.isFile())
          throw failure(call, { code: 'PermissionDenied', message: `${path} is not a file` });
        const info = infoOf(key, stats);
        const range = resolveRange(options.range, info.size);
        return { info, range, body: fileBody(handle, range, call) };
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  async head(key: ObjectKey, options: CallOptions = {}): Promise<ObjectInfo> {
    const call: CallContext = { operation: 'head', key: parseObjectKey(key), ...options };
    return translate(call, async () => infoOf(key, (await this.#find(key, call)).stats));
  }

  async *list(prefix: KeyPrefix, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    const start = parseKeyPrefix(prefix);
    const call: CallContext = { operation: 'list', key: start, signal: options.signal };
    throwIfAborted(call);
    try {
      for await (const { key, stats } of walk(this.#tree, start, options.startAfter, call)) {
        yield infoOf(key, stats);
        throwIfAborted(call);
      }
    } catch (error) {
      throw toStorageError(error, call);
    }
  }

  async commit(_writes: readonly Write[], options: CallOptions = {}): Promise<readonly Receipt[]> {
    throw failure(
      { operation: 'commit', ...options },
      { code: 'Unsupported', message: 'a file system cannot make several files visible at once' },
    );
  }

  async #find(key: ObjectKey, call: CallContext): Promise<{ path: string; stats: BigIntStats }> {
    throwIfAborted(call);
    const found = await this.#tree.find(namesOfKey(key), 'file', call);
    if (found !== undefined) return found;
    throw failure(call, { code: 'NotFound', message: 'no object has this key' });
  }
}

async function translate<T>(call: CallContext, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof RangeError ? error : toStorageError(error, call);
  }
}

/** `link` fails where a name is taken, whoever took it: the one winner among racing writers. */
async function linkNew(temporary: string, target: string, call: CallContext): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (errno === 'EEXIST') throw alreadyExists(call);
    if (!NO_HARD_LINKS.has(errno)) throw error;
    throw failure(call, {
      code: 'Unsupported',
      message: `this file system has no hard links, which creating an object needs [${errno}]`,
      cause: error,
    });
  }
}

function alreadyExists(call: CallContext) {
  return failure(call, { code: 'AlreadyExists', message: 'an object has this key already' });
}

function infoOf(key: ObjectKey, stats: BigIntStats): ObjectInfo {
  return {
    key,
    size: Number(stats.size),
    version: `${stats.ino}-${stats.mtimeNs}-${stats.size}`,
    modifiedAt: new Date(Number(stats.mtimeNs / 1_000_000n)),
  };
}

function fileBody(
  handle: FileHandle,
  range: { readonly start: number; readonly end: number },
  call: CallContext,
): AsyncIterable<Uint8Array> {
  let position = range.start;
  return objectBody({
    ...call,
    length: range.end - range.start,
    release: () => handle.close(),
    pull: () =>
      translate(call, async () => {
        const length = Math.min(READ_SIZE, range.end - position);
        if (length === 0) return undefined;
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position);
        position += bytesRead;
        return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
      }),
  });
}
