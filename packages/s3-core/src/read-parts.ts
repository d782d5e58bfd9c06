import { createHash, type Hash } from 'node:crypto';
import { type Sha256, verifiedChunks } from '@data-universe/storage-core';
import type { BufferPool, Loan } from './buffer-pool.ts';
import { type PartRange, partRange } from './parts.ts';
import type { Upload } from './upload.ts';

/** One part in memory, which its reader gives back once it is sent. */
export interface ReadPart {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly sha256: Sha256;
  /** Hex, where it was asked for. */
  readonly md5: string | undefined;
  release(): void;
}

export interface ReadPartsOptions {
  readonly buffers: BufferPool;
  readonly partSize: number;
  /** Whether the MD5 of a part will be needed. */
  readonly wantsMd5: (number: number) => boolean;
}

/**
 * A source's parts in their order, read once and hashed on the way, each and as a whole. The last
 * one comes only when the whole proved to be what was announced: before, nothing can be completed.
 * Throws ChecksumMismatch, Aborted, and Unknown for a source that fails.
 */
export async function* readParts(
  { source, sha256, call }: Upload,
  { buffers, partSize, wantsMd5 }: ReadPartsOptions,
): AsyncGenerator<ReadPart, void, undefined> {
  let number = 1;
  let filling: PartInMaking | undefined;
  try {
    for await (const chunk of verifiedChunks(source, { ...call, sha256 })) {
      for (let at = 0; at < chunk.byteLength; ) {
        if (filling === undefined) {
          const range = partRange(number++, partSize, source.size);
          const loan = await buffers.lend(partSize, call);
          filling = new PartInMaking(range, loan, wantsMd5(range.number));
        }
        at += filling.take(chunk.subarray(at));
        if (!filling.isFull) continue;
        const part = filling.finish();
        filling = undefined;
        yield part;
      }
    }
  } finally {
    filling?.release();
  }
}

class PartInMaking {
  readonly #number: number;
  readonly #bytes: Uint8Array;
  readonly #loan: Loan;
  readonly #sha256 = createHash('sha256');
  readonly #md5: Hash | undefined;
  #filled = 0;

  constructor({ number, start, end }: PartRange, loan: Loan, wantsMd5: boolean) {
    this.#number = number;
    this.#loan = loan;
    this.#bytes = loan.bytes.subarray(0, end - start);
    this.#md5 = wantsMd5 ? createHash('md5') : undefined;
  }

  get isFull(): boolean {
    return this.#filled === this.#bytes.byteLength;
  }

  /** Takes what fits of a chunk and returns how many bytes that were. */
  take(chunk: Uint8Array): number {
    const piece = chunk.subarray(0, this.#bytes.byteLength - this.#filled);
    this.#bytes.set(piece, this.#filled);
    this.#sha256.update(piece);
    this.#md5?.update(piece);
    this.#filled += piece.byteLength;
    return piece.byteLength;
  }

  finish(): ReadPart {
    return {
      number: this.#number,
      bytes: this.#bytes,
      sha256: this.#sha256.digest('hex') as Sha256,
      md5: this.#md5?.digest('hex'),
      release: () => this.release(),
    };
  }

  release(): void {
    this.#loan.release();
  }
}
