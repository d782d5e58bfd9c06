/** The most recently used blocks, up to a number of bytes; always room for the last one. */
export class BlockCache {
  readonly #limit: number;
  readonly #blocks = new Map<number, Uint8Array>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(block: number): Uint8Array | undefined {
    const bytes = this.#blocks.get(block);
    if (bytes === undefined) return undefined;
    this.#blocks.delete(block);
    this.#blocks.set(block, bytes);
    return bytes;
  }

  set(block: number, bytes: Uint8Array): void {
    this.#bytes += bytes.byteLength - (this.#blocks.get(block)?.byteLength ?? 0);
    this.#blocks.delete(block);
    this.#blocks.set(block, bytes);
    for (const [oldest, { byteLength }] of this.#blocks) {
      if (this.#bytes <= this.#limit || oldest === block) return;
      this.#blocks.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}
