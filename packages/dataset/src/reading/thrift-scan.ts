/** Types of Thrift's compact protocol, as far as Parquet uses it. */
const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** Parquet's own structs nest 6 deep. */
const MAX_DEPTH = 16;
const MAX_INT32_BYTES = 5;
const MAX_INT64_BYTES = 10;

/** Hears of 32-bit integers and booleans by the ids of their fields: `8.1` is field 1 of field 8. */
export type FieldListener = (path: string, value: number | boolean) => void;

/**
 * Walks over the struct at `start` and returns where it ends. hyparquet parses the same bytes without
 * limits: a number of a million bytes takes it minutes, a list of empty structs gigabytes. What
 * passes here has at most `maxValues` values, whose lengths are bounded. Throws Error.
 */
export function scanThrift(
  bytes: Uint8Array,
  start: number,
  maxValues: number,
  listener?: FieldListener,
): number {
  const scanner = new ThriftScanner(bytes, start, maxValues, listener);
  scanner.struct('', 0);
  return scanner.offset;
}

class ThriftScanner {
  offset: number;
  readonly #bytes: Uint8Array;
  readonly #listener: FieldListener | undefined;
  #valuesLeft: number;

  constructor(
    bytes: Uint8Array,
    offset: number,
    maxValues: number,
    listener: FieldListener | undefined,
  ) {
    this.#bytes = bytes;
    this.offset = offset;
    this.#valuesLeft = maxValues;
    this.#listener = listener;
  }

  struct(path: string, depth: number): void {
    let field = 0;
    for (;;) {
      const head = this.#byte();
      const type = head & 0x0f;
      if (type === STOP) return;
      const next = head >> 4 ? field + (head >> 4) : zigzag(this.#varint());
      // A field that comes twice would be read as the first by one parser and the last by another.
      if (next <= field) throw new Error('thrift: fields out of order');
      field = next;
      this.#value(type, this.#join(path, field), depth);
    }
  }

  #value(type: number, path: string, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error('thrift: nested too deep');
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) throw new Error('thrift: too many values');
    switch (type) {
      case TRUE:
      case FALSE:
        this.#listener?.(path, type === TRUE);
        return;
      case BYTE:
        this.#skip(1);
        return;
      case I16:
      case I32: {
        const value = zigzag(this.#varint());
        this.#listener?.(path, value);
        return;
      }
      case I64:
        this.#skipInt64();
        return;
      case DOUBLE:
        this.#skip(8);
        return;
      case BINARY:
        this.#skip(this.#varint());
        return;
      case LIST:
        this.#list(path, depth + 1);
        return;
      case STRUCT:
        this.struct(this.#join(path, '.'), depth + 1);
        return;
      default:
        throw new Error(`thrift: unknown type ${type}`);
    }
  }

  #list(path: string, depth: number): void {
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    if (size < 0) throw new Error('thrift: a list of negative length');
    const type = head & 0x0f;
    // Booleans take a byte each in a list; in a struct the type itself is the value.
    const element = type === TRUE || type === FALSE ? BYTE : type;
    for (let index = 0; index < size; index += 1)
      this.#value(element, this.#join(path, '[]'), depth);
  }

  /** Nothing where nobody listens: a footer has a million values. */
  #join(path: string, end: string | number): string {
    return this.#listener === undefined ? '' : `${path}${end}`;
  }

  #varint(): number {
    let result = 0;
    for (let index = 0; index < MAX_INT32_BYTES; index += 1) {
      const byte = this.#byte();
      result |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return result;
    }
    throw new Error('thrift: a number of too many bytes');
  }

  #skipInt64(): void {
    for (let index = 0; index < MAX_INT64_BYTES; index += 1) if (this.#byte() < 0x80) return;
    throw new Error('thrift: a number of too many bytes');
  }

  #byte(): number {
    const byte = this.#bytes[this.offset];
    if (byte === undefined) throw new Error('thrift: ends before its end');
    this.offset += 1;
    return byte;
  }

  #skip(count: number): void {
    if (count < 0 || this.offset + count > this.#bytes.byteLength)
      throw new Error('thrift: ends before its end');
    this.offset += count;
  }
}

function zigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
