import type { FileHandle } from 'node:fs/promises';
import { BlockHasher } from './block-hasher.ts';

/** Bytes on their way into a file, hashed as they leave. */
export class FileSink {
  readonly #file: FileHandle;
  readonly #hasher: BlockHasher;
  #pending: Uint8Array[] = [];
  /** In the file, pending bytes included. */
  offset = 0;

  constructor(file: FileHandle, blockSize: number) {
    this.#file = file;
    this.#hasher = new BlockHasher(blockSize);
  }

  /** Keeps the bytes until `flush`: they must not change before. */
  append(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#pending.push(bytes);
    this.offset += bytes.byteLength;
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#hasher.update(bytes);
    await this.#file.writeFile(bytes);
  }

  hashes(): ReturnType<BlockHasher['finish']> {
    return this.#hasher.finish();
  }
}
