import type { FileHandle } from 'node:fs/promises';
import { ByteWriter } from 'hyparquet-writer';
import { BlockHasher } from './block-hasher.ts';

/** Where hyparquet-writer puts its bytes: flushed to the file after each row group, hashed on the way. */
export class ParquetSink extends ByteWriter {
  readonly #file: FileHandle;
  readonly #hasher: BlockHasher;

  constructor(file: FileHandle, blockSize: number) {
    super();
    this.#file = file;
    this.#hasher = new BlockHasher(blockSize);
  }

  /** The writer must not append before this settles: the buffer is used again. */
  async flush(): Promise<void> {
    const bytes = this.getBytes();
    this.#hasher.update(bytes);
    await this.#file.writeFile(bytes);
    this.index = 0;
  }

  hashes(): ReturnType<BlockHasher['finish']> {
    return this.#hasher.finish();
  }
}
