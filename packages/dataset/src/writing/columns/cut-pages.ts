import type { ColumnBuffer } from './column-buffer.ts';

/** A stretch of whole rows of a column. */
export interface PageCut {
  readonly rows: number;
  readonly firstRow: number;
  /** Of the levels. */
  readonly firstEntry: number;
  readonly lastEntry: number;
  readonly firstValue: number;
  readonly lastValue: number;
}

/** Cuts a column into pages of about `pageBytes` before compression; a dictionary's indexes take 2 bytes. */
export function cutPages(
  buffer: ColumnBuffer,
  pageBytes: number,
  hasDictionary: boolean,
): readonly PageCut[] {
  const { rows, count } = buffer;
  const entries = buffer.maxDefinition === 0 ? rows : buffer.definition.length;
  const bytes = hasDictionary ? 2 * count : buffer.values.length;
  const whole = { rows, firstRow: 0, firstEntry: 0, lastEntry: entries };
  if (bytes <= pageBytes * 1.5) return [{ ...whole, firstValue: 0, lastValue: count }];
  const pages: PageCut[] = [];
  let row = -1;
  let value = 0;
  let [firstRow, firstEntry, firstValue, firstByte] = [0, 0, 0, 0];
  const close = (entry: number): void => {
    pages.push({
      rows: row - firstRow,
      firstRow,
      firstEntry,
      lastEntry: entry,
      firstValue,
      lastValue: value,
    });
    [firstRow, firstEntry, firstValue] = [row, entry, value];
  };
  for (let entry = 0; entry < entries; entry += 1) {
    if (!buffer.isList || buffer.repetition.bytes[entry] === 0) {
      row += 1;
      const byte = byteOf(buffer, value, hasDictionary);
      if (byte - firstByte >= pageBytes) {
        close(entry);
        firstByte = byte;
      }
    }
    if (buffer.maxDefinition === 0 || buffer.definition.bytes[entry] === buffer.maxDefinition)
      value += 1;
  }
  row += 1;
  close(entries);
  return pages;
}

/** Where a value begins. */
function byteOf(buffer: ColumnBuffer, value: number, hasDictionary: boolean): number {
  if (hasDictionary) return 2 * value;
  if (buffer.ends.length > 0) return value === 0 ? 0 : (buffer.ends.items[value - 1] as number);
  return buffer.column.type === 'boolean' ? value : 8 * value;
}
