import type { ByteList } from './byte-list.ts';

/** Shorter runs cost more than their bits. */
const MIN_RUN = 8;

/**
 * Appends `items[start..end)`, of `width` bits each, as Parquet's hybrid of repeated runs and values
 * packed by eight; what is left of the last eight is filled with zeroes.
 */
export function appendHybridRuns(
  target: ByteList,
  items: Uint8Array | Uint32Array,
  start: number,
  end: number,
  width: number,
): void {
  let packedFrom = start;
  let at = start;
  const flushPacked = (to: number): void => {
    if (to > packedFrom) appendPacked(target, items, packedFrom, to, width);
  };
  while (at < end) {
    const run = runLength(items, at, end);
    if (run >= MIN_RUN) {
      flushPacked(at);
      appendVarint(target, run * 2);
      appendLittleEndian(target, items[at] as number, Math.ceil(width / 8));
      at += run;
      packedFrom = at;
    } else at = Math.min(end, at + 8);
  }
  flushPacked(end);
}

function runLength(items: Uint8Array | Uint32Array, start: number, end: number): number {
  const value = items[start];
  let at = start + 1;
  while (at < end && items[at] === value) at += 1;
  return at - start;
}

function appendPacked(
  target: ByteList,
  items: Uint8Array | Uint32Array,
  start: number,
  end: number,
  width: number,
): void {
  const groups = Math.ceil((end - start) / 8);
  appendVarint(target, groups * 2 + 1);
  target.reserve(groups * width);
  let bits = 0;
  let held = 0;
  for (let index = start; index < start + groups * 8; index += 1) {
    const item = index < end ? (items[index] as number) : 0;
    bits |= item << held;
    held += width;
    while (held >= 8) {
      target.push(bits & 0xff);
      bits >>>= 8;
      held -= 8;
    }
  }
}

function appendVarint(target: ByteList, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    target.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  target.push(rest);
}

function appendLittleEndian(target: ByteList, value: number, bytes: number): void {
  for (let index = 0; index < bytes; index += 1) target.push((value >>> (8 * index)) & 0xff);
}
