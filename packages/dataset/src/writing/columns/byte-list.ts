/** Bytes that are appended to; the buffer is used again after `clear`. */
export class ByteList {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.byteLength * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  push(byte: number): void {
    if (this.length === this.bytes.byteLength) this.reserve(1);
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  pushZeroes(count: number): void {
    this.reserve(count);
    this.bytes.fill(0, this.length, this.length + count);
    this.length += count;
  }

  pushUint32(value: number): void {
    this.reserve(4);
    const { bytes, length } = this;
    bytes[length] = value;
    bytes[length + 1] = value >>> 8;
    bytes[length + 2] = value >>> 16;
    bytes[length + 3] = value >>> 24;
    this.length = length + 4;
  }

  append(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    copyBytes(source, start, end, this.bytes, this.length);
    this.length += end - start;
  }

  /** A view: valid until the next append or clear. */
  view(start = 0, end = this.length): Buffer {
    return this.bytes.subarray(start, end);
  }

  clear(): void {
    this.length = 0;
  }
}

/** Calling out of JavaScript costs more than a loop over so few bytes. */
const LOOP_BYTES = 160;

export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  if (end - start > LOOP_BYTES) {
    target.set(source.subarray(start, end), at);
    return;
  }
  const shift = at - start;
  for (let index = start; index < end; index += 1) target[index + shift] = source[index] as number;
}
