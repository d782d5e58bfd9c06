import { createHash } from 'node:crypto';
import { type Sha256, sha256Of } from '@data-universe/storage-core';

/** SHA-256 of a file and of each of its blocks, as the bytes pass. */
export class BlockHasher {
  readonly #blockSize: number;
  readonly #file = createHash('sha256');
  readonly #digests: Buffer[] = [];
  #block = createHash('sha256');
  #filled = 0;
  #size = 0;

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  update(bytes: Uint8Array): void {
    this.#file.update(bytes);
    this.#size += bytes.byteLength;
    for (let start = 0; start < bytes.byteLength; ) {
      const end = Math.min(bytes.byteLength, start + this.#blockSize - this.#filled);
      this.#block.update(bytes.subarray(start, end));
      this.#filled += end - start;
      if (this.#filled === this.#blockSize) this.#closeBlock();
      start = end;
    }
  }

  /** Called once, after the last byte. */
  finish(): { size: number; sha256: Sha256; blockList: Uint8Array; blockListSha256: Sha256 } {
    if (this.#filled > 0) this.#closeBlock();
    const blockList = Buffer.concat(this.#digests);
    const sha256 = this.#file.digest('hex') as Sha256;
    return { size: this.#size, sha256, blockList, blockListSha256: sha256Of(blockList) };
  }

  #closeBlock(): void {
    this.#digests.push(this.#block.digest());
    this.#block = createHash('sha256');
    this.#filled = 0;
  }
}
