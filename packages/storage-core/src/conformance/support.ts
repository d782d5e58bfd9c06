import assert from 'node:assert/strict';
import type { ObjectInfo, PutOptions, Receipt, StorageBackend } from '../backend.ts';
import type { ByteRange } from '../byte-range.ts';
import { type ByteSource, bytesSource, readAll } from '../byte-source.ts';
import { type Sha256, sha256Of } from '../checksum.ts';
import { isStorageError, type StorageErrorCode } from '../errors.ts';
import type { KeyPrefix, ObjectKey } from '../object-key.ts';

export const OTHER_SHA256: Sha256 = sha256Of(Buffer.from('something else'));

export function putBytes(
  backend: StorageBackend,
  key: ObjectKey,
  bytes: Uint8Array,
  options: Omit<PutOptions, 'sha256'> = {},
): Promise<Receipt> {
  return backend.put(key, bytesSource(bytes), { sha256: sha256Of(bytes), ...options });
}

export async function readBytes(
  backend: StorageBackend,
  key: ObjectKey,
  range?: ByteRange,
): Promise<Uint8Array> {
  return readAll((await backend.get(key, { range })).body);
}

export async function collect(infos: AsyncIterable<ObjectInfo>): Promise<ObjectInfo[]> {
  const all: ObjectInfo[] = [];
  for await (const info of infos) all.push(info);
  return all;
}

export async function listedKeys(backend: StorageBackend, prefix: KeyPrefix): Promise<string[]> {
  return (await collect(backend.list(prefix))).map((info) => info.key);
}

export async function rejectsWith(
  code: StorageErrorCode,
  promise: Promise<unknown>,
): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(isStorageError(error), `expected a StorageError ${code}, not ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

export async function assertAbsent(backend: StorageBackend, key: ObjectKey): Promise<void> {
  await rejectsWith('NotFound', backend.head(key));
}

/** Every byte tells its place apart from its neighbours'. */
export function patternBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 0xff;
  return bytes;
}

/** A source of several chunks that does something between the first and the second. */
export function chunkedSource(
  bytes: Uint8Array,
  options: { size?: number; afterFirst?: () => void } = {},
): ByteSource {
  return {
    size: options.size ?? bytes.byteLength,
    async *stream(range = { start: 0, end: bytes.byteLength }) {
      const step = Math.max(1, Math.ceil((range.end - range.start) / 4));
      for (let start = range.start; start < range.end; start += step) {
        yield bytes.subarray(start, Math.min(start + step, range.end));
        if (start === range.start) options.afterFirst?.();
      }
    },
  };
}

/** Runs the tasks, some at once, and waits for all. */
export async function inParallel(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = tasks.values();
  const worker = async () => {
    for (const task of queue) await task();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
