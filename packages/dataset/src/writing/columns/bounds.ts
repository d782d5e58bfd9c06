import type { ColumnBuffer } from './column-buffer.ts';

/** The least and greatest of some values, as Parquet's statistics have them. */
export interface Bounds {
  readonly min: Uint8Array | bigint;
  readonly max: Uint8Array | bigint;
}

/** Of the values `[first, last)`; undefined where there are none, and for types without an order of use. */
export function boundsOf(buffer: ColumnBuffer, first: number, last: number): Bounds | undefined {
  if (first >= last) return undefined;
  const { type } = buffer.column;
  if (type === 'string') return textBounds(buffer, first, last);
  if (type === 'integer' || type === 'timestamp') return integerBounds(buffer, first, last);
  return undefined;
}

function textBounds({ values, ends }: ColumnBuffer, first: number, last: number): Bounds {
  const { bytes } = values;
  const startOf = (index: number) => (index === 0 ? 0 : (ends.items[index - 1] as number)) + 4;
  const endOf = (index: number) => ends.items[index] as number;
  let min = first;
  let max = first;
  for (let index = first + 1; index < last; index += 1) {
    const start = startOf(index);
    const end = endOf(index);
    if (compareBytes(bytes, start, end, startOf(min), endOf(min)) < 0) min = index;
    else if (compareBytes(bytes, start, end, startOf(max), endOf(max)) > 0) max = index;
  }
  return {
    min: Uint8Array.from(bytes.subarray(startOf(min), endOf(min))),
    max: Uint8Array.from(bytes.subarray(startOf(max), endOf(max))),
  };
}

function compareBytes(bytes: Buffer, start: number, end: number, from: number, to: number): number {
  const common = Math.min(end - start, to - from);
  for (let index = 0; index < common; index += 1) {
    const difference = (bytes[start + index] as number) - (bytes[from + index] as number);
    if (difference !== 0) return difference;
  }
  return end - start - (to - from);
}

function integerBounds({ values: { bytes } }: ColumnBuffer, first: number, last: number): Bounds {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let min = first;
  let max = first;
  const isLess = (a: number, b: number) => {
    const high = view.getInt32(a * 8 + 4, true) - view.getInt32(b * 8 + 4, true);
    return high < 0 || (high === 0 && view.getUint32(a * 8, true) < view.getUint32(b * 8, true));
  };
  for (let index = first + 1; index < last; index += 1) {
    if (isLess(index, min)) min = index;
    else if (isLess(max, index)) max = index;
  }
  return { min: view.getBigInt64(min * 8, true), max: view.getBigInt64(max * 8, true) };
}
