/** `[start, end)` row numbers. */
export type RowRange = [start: number, end: number];

/** The same rows as ranges that ascend and lie apart. */
export function toRanges(rows: Iterable<number>): RowRange[] {
  return mergeRanges(Array.from(rows, (row): RowRange => [row, row + 1]));
}

export function mergeRanges(ranges: readonly RowRange[]): RowRange[] {
  const merged: RowRange[] = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

export function countRows(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}
