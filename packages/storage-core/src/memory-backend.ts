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
import { readAll } from './byte-source.ts';
import { type CallContext, failure, throwIfAborted } from './call-context.ts';
import { objectBody } from './object-body.ts';
import {
  compareKeys,
  type KeyPrefix,
  type ObjectKey,
  parseKeyPrefix,
  parseObjectKey,
} from './object-key.ts';
import { verifiedChunks } from './verified-chunks.ts';

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly receipt: Receipt;
}

/** A StorageBackend in this process's memory: everything it can do, and nothing kept. */
export class MemoryBackend implements StorageBackend {
  readonly name = 'memory';
  readonly capabilities: Capabilities = {
    createOnly: true,
    replace: true,
    atomicCommit: true,
    reportsSha256: true,
  };
  readonly #objects = new Map<ObjectKey, StoredObject>();
  #version = 0;

  async put(key: ObjectKey, source: Write['source'], options: PutOptions): Promise<Receipt> {
    const call: CallContext = {
      operation: 'put',
      key: parseObjectKey(key),
      signal: options.signal,
    };
    if (options.ifExists !== 'replace') this.#refuseExisting(key, call);
    const bytes = await readAll(verifiedChunks(source, { ...call, sha256: options.sha256 }));
    if (options.ifExists !== 'replace') this.#refuseExisting(key, call);
    return this.#store(key, bytes, options.sha256);
  }

  async get(key: ObjectKey, options: GetOptions = {}): Promise<ObjectContent> {
    const call: CallContext = {
      operation: 'get',
      key: parseObjectKey(key),
      signal: options.signal,
    };
    const { bytes, receipt } = this.#find(key, call);
    const range = resolveRange(options.range, bytes.byteLength);
    const chunks = [bytes.slice(range.start, range.end)].filter((part) => part.length > 0).values();
    const body = objectBody({
      ...call,
      length: range.end - range.start,
      pull: async () => chunks.next().value,
      release: () => undefined,
    });
    return { info: receipt, range, body };
  }

  async head(key: ObjectKey, options: CallOptions = {}): Promise<ObjectInfo> {
    const call: CallContext = { operation: 'head', key: parseObjectKey(key), ...options };
    return this.#find(key, call).receipt;
  }

  async *list(prefix: KeyPrefix, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    const call: CallContext = { operation: 'list', key: prefix, signal: options.signal };
    const start = parseKeyPrefix(prefix);
    const { startAfter } = options;
    const keys = [...this.#objects.keys()]
      .filter((key) => key.startsWith(start))
      .filter((key) => startAfter === undefined || compareKeys(key, startAfter) > 0)
      .sort(compareKeys);
    throwIfAborted(call);
    for (const key of keys) {
      const stored = this.#objects.get(key);
      if (stored !== undefined) yield stored.receipt;
      throwIfAborted(call);
    }
  }

  async commit(writes: readonly Write[], options: CallOptions = {}): Promise<readonly Receipt[]> {
    const contents = new Map<ObjectKey, { bytes: Uint8Array; write: Write }>();
    for (const write of writes) {
      const key = parseObjectKey(write.key);
      const call: CallContext = { operation: 'commit', key, signal: options.signal };
      if (contents.has(key))
        throw failure(call, { code: 'AlreadyExists', message: 'it comes twice in this commit' });
      this.#refuseExisting(key, call);
      const chunks = verifiedChunks(write.source, { ...call, sha256: write.sha256 });
      contents.set(key, { bytes: await readAll(chunks), write });
    }
    throwIfAborted({ operation: 'commit', signal: options.signal });
    for (const key of contents.keys()) this.#refuseExisting(key, { operation: 'commit', key });
    return [...contents].map(([key, { bytes, write }]) => this.#store(key, bytes, write.sha256));
  }

  #store(key: ObjectKey, bytes: Uint8Array, sha256: Receipt['sha256']): Receipt {
    const receipt: Receipt = {
      key,
      size: bytes.byteLength,
      version: String(++this.#version),
      modifiedAt: new Date(),
      sha256,
    };
    this.#objects.set(key, { bytes, receipt });
    return receipt;
  }

  #find(key: ObjectKey, call: CallContext): StoredObject {
    throwIfAborted(call);
    const stored = this.#objects.get(key);
    if (stored === undefined)
      throw failure(call, { code: 'NotFound', message: 'no object has this key' });
    return stored;
  }

  #refuseExisting(key: ObjectKey, call: CallContext): void {
    throwIfAborted(call);
    if (this.#objects.has(key))
      throw failure(call, { code: 'AlreadyExists', message: 'an object has this key already' });
  }
}
