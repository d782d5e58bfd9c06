/** Bytes that are not the SCALE encoding of what was asked for. */
export class ScaleError extends Error {
  override readonly name = 'ScaleError';
}

/**
 * Reads SCALE, strictly: every read throws ScaleError where the bytes end early or are not in their one
 * canonical form, and `end` where bytes are left.
 */
export class ScaleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.byteLength - this.#offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw new ScaleError(`a bool is 0 or 1, not ${byte}`);
    return byte === 1;
  }

  /** A copy of the next `length` bytes. */
  fixed(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.slice(start, start + length);
  }

  /** Compact<u64>, in the shortest of its four modes. */
  compact(): bigint {
    const mode = this.#bytes[this.#offset];
    if (mode === undefined) throw new ScaleError('the bytes end before a compact number');
    if ((mode & 0b11) === 0b11) return this.#bigCompact();
    if ((mode & 0b11) === 0b10) return shortest(BigInt(this.u32() >>> 2), 2n ** 14n);
    if ((mode & 0b11) === 0b01) return shortest(BigInt(this.u16() >>> 2), 2n ** 6n);
    return BigInt(this.u8() >>> 2);
  }

  option<T>(read: () => T): T | undefined {
    return this.bool() ? read() : undefined;
  }

  /** `maxLength` in items; an item takes one byte at least. */
  vec<T>(maxLength: number, read: () => T): T[] {
    const length = this.compact();
    if (length > BigInt(Math.min(maxLength, this.remaining))) {
      throw new ScaleError(`a list of ${length} items, beyond ${maxLength} or the bytes there are`);
    }
    return Array.from({ length: Number(length) }, read);
  }

  end(): void {
    if (this.remaining > 0) throw new ScaleError(`${this.remaining} bytes too many`);
  }

  #bigCompact(): bigint {
    const length = (this.u8() >>> 2) + 4;
    if (length > 8) throw new ScaleError(`a compact number of ${length} bytes is over 64 bits`);
    const bytes = this.fixed(length);
    const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return shortest(value, length === 4 ? 2n ** 30n : 2n ** BigInt(8 * (length - 1)));
  }

  #advance(length: number): number {
    if (this.remaining < length) {
      throw new ScaleError(`the bytes end ${length - this.remaining} short of a value`);
    }
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}

function shortest(value: bigint, least: bigint): bigint {
  if (value < least)
    throw new ScaleError(`the compact number ${value} is not in its shortest form`);
  return value;
}

/** The one value that `bytes` hold. Throws ScaleError. */
export function decodeScale<T>(bytes: Uint8Array, read: (reader: ScaleReader) => T): T {
  const reader = new ScaleReader(bytes);
  const value = read(reader);
  reader.end();
  return value;
}
