import { hash } from 'node:crypto';
import type { DataEntity, RowView } from '@data-universe/dataset';

/** Bytes of one published row in the ledger: 7 of its uri's hash, 8 of the whole row's. */
export const ENTRY_BYTES = 15;
const URI_BYTES = 7;
export const SALT_BYTES = 16;

/**
 * Hashes rows for one ledger: truncated SHA-256 over a salt of the ledger and the row's columns, each with
 * its length. The salt keeps anyone who can write posts from preparing two that the ledger confuses.
 */
export class RowDigest {
  #scratch = Buffer.alloc(64 * 1024);

  constructor(salt: Uint8Array) {
    if (salt.byteLength !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
    this.#scratch.set(salt);
  }

  /** Writes the row's entry, ENTRY_BYTES at `offset`. */
  write(entity: DataEntity, target: Buffer, offset: number): void {
    const uriEnd = this.#putText(SALT_BYTES, entity.uri);
    hash('sha256', this.#scratch.subarray(0, uriEnd), 'buffer').copy(target, offset, 0, URI_BYTES);
    let end = this.#putText(uriEnd, entity.datetime);
    end = this.#putLabel(end, entity.label);
    this.#reserve(end + 24 + entity.content.byteLength);
    end = this.#scratch.writeDoubleLE(entity.timeBucketId, end);
    end = this.#scratch.writeDoubleLE(entity.contentSizeBytes, end);
    this.#scratch.set(entity.content, end);
    end += entity.content.byteLength;
    hash('sha256', this.#scratch.subarray(0, end), 'buffer').copy(
      target,
      offset + URI_BYTES,
      0,
      ENTRY_BYTES - URI_BYTES,
    );
  }

  /** The same of a row as bytes. */
  writeView(row: RowView, target: Buffer, offset: number): void {
    const uriEnd = this.#putBytes(SALT_BYTES, row.bytes, row.uriStart, row.uriEnd);
    hash('sha256', this.#scratch.subarray(0, uriEnd), 'buffer').copy(target, offset, 0, URI_BYTES);
    let end = this.#putBytes(uriEnd, row.bytes, row.datetimeStart, row.datetimeEnd);
    if (row.labelStart < 0) end = this.#putLabel(end, null);
    else end = this.#putBytes(end, row.bytes, row.labelStart, row.labelEnd);
    this.#reserve(end + 24 + row.contentEnd - row.contentStart);
    end = this.#scratch.writeDoubleLE(row.timeBucketId, end);
    end = this.#scratch.writeDoubleLE(row.contentSizeBytes, end);
    this.#scratch.set(row.content, end);
    end += row.contentEnd - row.contentStart;
    hash('sha256', this.#scratch.subarray(0, end), 'buffer').copy(
      target,
      offset + URI_BYTES,
      0,
      ENTRY_BYTES - URI_BYTES,
    );
  }

  /** The key under which entries of this uri are found; equal to `uriKeyAt` of the row's entry. */
  uriKey(uri: string): number {
    const end = this.#putText(SALT_BYTES, uri);
    return uriKeyAt(hash('sha256', this.#scratch.subarray(0, end), 'buffer'), 0);
  }

  #putLabel(at: number, label: string | null): number {
    if (label !== null) return this.#putText(at, label);
    this.#reserve(at + 4);
    return this.#scratch.writeUInt32LE(0xffff_ffff, at);
  }

  #putBytes(at: number, bytes: Uint8Array, start: number, end: number): number {
    this.#reserve(at + 4 + end - start);
    this.#scratch.writeUInt32LE(end - start, at);
    const scratch = this.#scratch;
    // A view for so few bytes costs more than to copy them one by one.
    for (let from = start, to = at + 4; from < end; from += 1, to += 1)
      scratch[to] = bytes[from] as number;
    return at + 4 + end - start;
  }

  #putText(at: number, text: string): number {
    this.#reserve(at + 4 + text.length * 3);
    const length = this.#scratch.write(text, at + 4);
    this.#scratch.writeUInt32LE(length, at);
    return at + 4 + length;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#scratch.byteLength) return;
    const larger = Buffer.alloc(2 ** Math.ceil(Math.log2(bytes)));
    this.#scratch.copy(larger);
    this.#scratch = larger;
  }
}

/** The first 53 bits of an entry: as much as a number holds exactly. */
export function uriKeyAt(entries: Buffer, offset: number): number {
  return entries.readUIntBE(offset, 6) * 32 + (entries.readUInt8(offset + 6) >> 3);
}
