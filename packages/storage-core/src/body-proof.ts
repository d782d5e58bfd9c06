import { createHash } from 'node:crypto';
import { type CallContext, failure } from './call-context.ts';
import type { Sha256 } from './checksum.ts';

/** Checks that a body which passes by is what was announced. Throws ChecksumMismatch. */
export class BodyProof {
  readonly #call: CallContext;
  readonly #size: number;
  readonly #sha256: Sha256;
  readonly #hash = createHash('sha256');
  #seen = 0;

  constructor(call: CallContext, announced: { readonly size: number; readonly sha256: Sha256 }) {
    this.#call = call;
    this.#size = announced.size;
    this.#sha256 = announced.sha256;
  }

  take(chunk: Uint8Array): void {
    this.#seen += chunk.byteLength;
    if (this.#seen > this.#size)
      throw this.#mismatch(`the body is longer than the ${this.#size} bytes announced`);
    this.#hash.update(chunk);
  }

  /** To be asked once, before the last bytes are handed on. */
  end(): void {
    if (this.#seen < this.#size)
      throw this.#mismatch(
        `the body ended after ${this.#seen} of the ${this.#size} bytes announced`,
      );
    const actual = this.#hash.digest('hex');
    if (actual !== this.#sha256)
      throw this.#mismatch(`the body has SHA-256 ${actual}, not ${this.#sha256} as announced`);
  }

  #mismatch(message: string) {
    return failure(this.#call, { code: 'ChecksumMismatch', message });
  }
}
