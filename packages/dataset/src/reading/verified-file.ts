import { createHash } from 'node:crypto';
import {
  type KeyPrefix,
  keyUnder,
  type ObjectKey,
  type StorageBackend,
} from '@data-universe/storage-core';
import { DataFileError } from '../data-file-error.ts';
import { IntegrityError } from '../integrity-error.ts';
import type { ManifestFile } from '../manifest.ts';
import { BlockCache } from './block-cache.ts';
import { HASH_BYTES, readBlockList } from './block-list.ts';

const CACHE_BYTES = 8 * 1024 * 1024;
/** Of one slice: what the footer of a hostile file may ask for. */
const MAX_SLICE_BYTES = 512 * 1024 * 1024;

/** A data file whose every byte was checked against its manifest; an AsyncBuffer of hyparquet. */
export interface VerifiedFile {
  readonly file: ManifestFile;
  readonly byteLength: number;
  /** `[start, end)`. Throws IntegrityError, DataFileError TooLarge, StorageError. */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/**
 * Opens a file the manifest lists: fetches its block list, and nothing of the file itself.
 * Throws IntegrityError, DataFileError, StorageError.
 */
export async function openDataFile(
  backend: StorageBackend,
  dataset: KeyPrefix,
  file: ManifestFile,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<VerifiedFile> {
  const blockList = await readBlockList(backend, dataset, file, options.signal);
  return new BlockVerifiedFile(
    backend,
    keyUnder(dataset, file.name),
    file,
    blockList,
    options.signal,
  );
}

class BlockVerifiedFile implements VerifiedFile {
  readonly file: ManifestFile;
  readonly byteLength: number;
  readonly #backend: StorageBackend;
  readonly #key: ObjectKey;
  readonly #blockList: Uint8Array;
  readonly #signal: AbortSignal | undefined;
  readonly #cache = new BlockCache(CACHE_BYTES);

  constructor(
    backend: StorageBackend,
    key: ObjectKey,
    file: ManifestFile,
    blockList: Uint8Array,
    signal: AbortSignal | undefined,
  ) {
    this.file = file;
    this.byteLength = file.size;
    this.#backend = backend;
    this.#key = key;
    this.#blockList = blockList;
    this.#signal = signal;
  }

  async slice(start: number, end = this.byteLength): Promise<ArrayBuffer> {
    const { block_size, name } = this.file;
    const from = Math.max(0, Math.min(start, this.byteLength));
    const to = Math.max(from, Math.min(end, this.byteLength));
    if (to - from > MAX_SLICE_BYTES)
      throw new DataFileError('TooLarge', name, `a single read of ${to - from} bytes`);
    const result = new Uint8Array(to - from);
    const place = (block: number, bytes: Uint8Array): void => {
      const blockStart = block * block_size;
      const part = bytes.subarray(Math.max(0, from - blockStart), Math.max(0, to - blockStart));
      result.set(part, Math.max(blockStart, from) - from);
    };
    const first = Math.floor(from / block_size);
    const last = Math.ceil(to / block_size);
    let missing = first;
    for (let block = first; block < last; block += 1) {
      const cached = this.#cache.get(block);
      if (cached === undefined) continue;
      await this.#fetch(missing, block, place);
      place(block, cached);
      missing = block + 1;
    }
    await this.#fetch(missing, last, place);
    return result.buffer;
  }

  /** Reads the blocks `[first, last)` in one request and hands over each one once it is verified. */
  async #fetch(
    first: number,
    last: number,
    verified: (block: number, bytes: Uint8Array) => void,
  ): Promise<void> {
    if (first >= last) return;
    const { block_size, name } = this.file;
    const start = first * block_size;
    const end = Math.min(last * block_size, this.byteLength);
    const { info, range, body } = await this.#backend.get(this.#key, {
      range: { start, end },
      signal: this.#signal,
    });
    if (info.size !== this.byteLength)
      throw new IntegrityError(name, `has ${info.size} bytes, signed for ${this.byteLength}`);
    if (range.start !== start)
      throw new IntegrityError(name, 'the store sent another range', first);
    let block = first;
    let pending = this.#blockBuffer(block);
    let filled = 0;
    for await (const chunk of body) {
      for (let offset = 0; offset < chunk.byteLength; ) {
        if (block === last) throw new IntegrityError(name, 'the store sent more than it was asked');
        const part = chunk.subarray(offset, offset + pending.byteLength - filled);
        pending.set(part, filled);
        filled += part.byteLength;
        offset += part.byteLength;
        if (filled < pending.byteLength) continue;
        this.#verify(block, pending);
        verified(block, pending);
        block += 1;
        filled = 0;
        pending = this.#blockBuffer(block);
      }
    }
    if (block < last)
      throw new IntegrityError(name, 'the store sent less than it was asked', block);
  }

  /** Room for a block; the last one of a file may be shorter. */
  #blockBuffer(block: number): Uint8Array {
    const { block_size } = this.file;
    return new Uint8Array(Math.max(0, Math.min(block_size, this.byteLength - block * block_size)));
  }

  #verify(block: number, bytes: Uint8Array): void {
    const digest = createHash('sha256').update(bytes).digest();
    const start = block * HASH_BYTES;
    if (!digest.equals(this.#blockList.subarray(start, start + HASH_BYTES)))
      throw new IntegrityError(
        this.file.name,
        'its bytes are not the ones that were signed',
        block,
      );
    this.#cache.set(block, bytes);
  }
}
