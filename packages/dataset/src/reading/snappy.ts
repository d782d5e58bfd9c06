import { snappyUncompress } from 'hyparquet';

/**
 * Uncompresses a Snappy block of `size` bytes. Throws Error for all but a well-formed block of exactly
 * that size: hyparquet's decoder alone never returns from a literal of negative length.
 */
export function uncompressSnappy(input: Uint8Array, size: number): Uint8Array {
  checkBlock(input, size);
  const output = new Uint8Array(size);
  snappyUncompress(input, output);
  return output;
}

/** Walks over literals and copies without carrying them out. */
function checkBlock(input: Uint8Array, size: number): void {
  let from = endOfLength(input, size);
  let to = 0;
  while (from < input.byteLength) {
    const tag = input[from] ?? 0;
    const kind = tag & 3;
    // Bytes that follow the tag: of a literal's length, or of a copy's distance.
    const extra = kind === 0 ? Math.max(0, (tag >> 2) - 59) : kind === 3 ? 4 : kind;
    const number = littleEndian(input, from + 1, extra);
    from += 1 + extra;
    if (kind === 0) {
      const length = (extra === 0 ? tag >> 2 : number) + 1;
      from += length;
      to += length;
    } else {
      const distance = kind === 1 ? ((tag >> 5) << 8) + number : number;
      if (distance === 0 || distance > to) throw new Error('snappy: a copy from outside the block');
      to += kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    }
    if (to > size) throw new Error(`snappy: more than ${size} bytes`);
  }
  if (from !== input.byteLength || to !== size) throw new Error(`snappy: ends before its end`);
}

/** Where the announced length ends. */
function endOfLength(input: Uint8Array, size: number): number {
  let announced = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = input[index];
    if (byte === undefined) break;
    announced += (byte & 0x7f) * 2 ** (7 * index);
    if (byte >= 0x80) continue;
    if (announced === size) return index + 1;
    throw new Error(`snappy: ${announced} bytes announced, not ${size}`);
  }
  throw new Error('snappy: no length at its beginning');
}

/** Past the end there are zeroes: the walk then ends beyond it. */
function littleEndian(input: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let index = count - 1; index >= 0; index -= 1)
    value = value * 256 + (input[at + index] ?? 0);
  return value;
}
