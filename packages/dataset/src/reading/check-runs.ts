/** A run of the longest page has no longer header. */
const MAX_HEADER_BYTES = 5;

/**
 * Walks over the runs (Parquet's RLE and bit-packing hybrid) that make up `count` values of `width`
 * bits. A decoder that trusts a run's length fills the memory with it: three bytes can claim a
 * billion values. Throws Error where runs hold more or fewer values, or end beyond the bytes.
 */
export function checkRuns(bytes: Uint8Array, width: number, count: number): void {
  if (width > 32) throw new Error(`runs of ${width} bits`);
  let offset = 0;
  let seen = 0;
  while (seen < count) {
    const [header, start] = readHeader(bytes, offset);
    const packed = (header & 1) === 1;
    const length = header >>> 1;
    // Values are packed by eight, the last eight filled up.
    const values = packed ? length * 8 : length;
    const room = packed ? Math.ceil((count - seen) / 8) * 8 : count - seen;
    if (values > room || (packed && length === 0))
      throw new Error('a run of too many values, or none');
    offset = start + (packed ? length * width : Math.ceil(width / 8));
    if (offset > bytes.byteLength) throw new Error('a run past the end of its page');
    seen += values;
    // hyparquet takes a byte here that is not there: what comes next would be read askew.
    if (packed && width === 0 && seen < count) throw new Error('packed values of no bits');
  }
}

function readHeader(bytes: Uint8Array, offset: number): [header: number, end: number] {
  let header = 0;
  for (let index = 0; index < MAX_HEADER_BYTES; index += 1) {
    const byte = bytes[offset + index];
    if (byte === undefined) throw new Error('runs end before their last value');
    header |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return [header >>> 0, offset + index + 1];
  }
  throw new Error('a run of too many values');
}
