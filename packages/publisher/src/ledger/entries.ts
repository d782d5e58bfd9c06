import { ENTRY_BYTES } from './row-digest.ts';
import type { RowRange } from './row-ranges.ts';

/** In place of a row that is no longer part of the dataset, so that positions stay. */
const MASKED = Buffer.alloc(ENTRY_BYTES);

export function isMaskedAt(entries: Buffer, offset: number): boolean {
  return MASKED.compare(entries, offset, offset + ENTRY_BYTES) === 0;
}

/** A copy in which the given rows, by index, no longer count; undefined where no row is left. */
export function withMasked(entries: Buffer, rows: readonly RowRange[]): Buffer | undefined {
  const copy = Buffer.from(entries);
  for (const [start, end] of rows) copy.fill(0, start * ENTRY_BYTES, end * ENTRY_BYTES);
  return copy.some((byte) => byte !== 0) ? copy : undefined;
}

export function sameEntry(a: Buffer, aOffset: number, b: Buffer, bOffset: number): boolean {
  return a.compare(b, bOffset, bOffset + ENTRY_BYTES, aOffset, aOffset + ENTRY_BYTES) === 0;
}

/** Entries of one bucket while a file is written; grows by doubling. */
export class EntryList {
  #bytes = Buffer.alloc(64 * ENTRY_BYTES);
  #length = 0;

  append(entry: Buffer): void {
    if (this.#length === this.#bytes.byteLength) {
      const larger = Buffer.alloc(this.#bytes.byteLength * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    entry.copy(this.#bytes, this.#length, 0, ENTRY_BYTES);
    this.#length += ENTRY_BYTES;
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }
}
