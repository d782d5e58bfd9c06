const MAGIC = 0xfd2fb528;
const MAX_WINDOW_LOG = 23;
/** No block holds more. */
const MAX_BLOCK_BYTES = 128 * 1024;
const RAW = 0;
const RLE = 1;
const COMPRESSED = 2;
/** An encoder splits blocks in four at most; one more where it flushes. */
const MAX_SPLITS = 4;
const SPARE_BLOCKS = 2;

/**
 * Walks over the blocks of a zstd frame and refuses one that could fill much more memory than the `size`
 * bytes announced: a block of a few bytes may stand for 128 KiB. Throws Error.
 */
export function checkZstdFrame(bytes: Uint8Array, size: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = endOfHeader(view);
  const hasChecksum = (view.getUint8(4) & 4) !== 0;
  let held = 0;
  for (let last = false; !last; ) {
    if (at + 3 > view.byteLength) throw new Error('zstd: ends before its last block');
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    last = (header & 1) === 1;
    const kind = (header >> 1) & 3;
    const length = header >> 3;
    if (kind !== RAW && kind !== RLE && kind !== COMPRESSED) throw new Error('zstd: a bad block');
    held += kind === COMPRESSED ? MAX_BLOCK_BYTES : length;
    if (held > MAX_SPLITS * size + SPARE_BLOCKS * MAX_BLOCK_BYTES)
      throw new Error(`zstd: more than the ${size} bytes announced`);
    at += 3 + (kind === RLE ? 1 : length);
  }
  if (at + (hasChecksum ? 4 : 0) !== view.byteLength) throw new Error('zstd: ends before its end');
}

function endOfHeader(view: DataView): number {
  if (view.byteLength < 6 || view.getUint32(0, true) !== MAGIC) throw new Error('zstd: no frame');
  const descriptor = view.getUint8(4);
  const single = (descriptor & 0x20) !== 0;
  if (!single && 10 + (view.getUint8(5) >> 3) > MAX_WINDOW_LOG)
    throw new Error('zstd: a window beyond all need');
  const idBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return 5 + (single ? 0 : 1) + idBytes + sizeBytes;
}
