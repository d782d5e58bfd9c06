import { createHash, type Hash } from 'node:crypto';
import type { Sha256 } from '@data-universe/storage-core';
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

/** Memory for a part, once there is some. Throws Aborted. */
export async function nextPart(
  { source, call }: Upload,
  { buffers, partSize, wantsMd5 }: ReadPartsOptions,
  number: number,
): Promise<PartInMaking> {
  const range = partRange(number, partSize, source.size);
  const loan = await buffers.lend(partSize, call);
  return new PartInMaking(range, loan, wantsMd5(number));
}

/** A part that is being filled, and hashed on the way. */
export class PartInMaking {
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

  /** What is yet to be filled. */
  get room(): Uint8Array {
    return this.#bytes.subarray(this.#filled);
  }

  /** So many bytes have been written to the beginning of the room. */
  filled(count: number): void {
    const piece = this.room.subarray(0, count);
    this.#sha256.update(piece);
    this.#md5?.update(piece);
    this.#filled += count;
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
