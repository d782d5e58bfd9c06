/** `[start, end)` row numbers of a file. */
export type RowRange = readonly [start: number, end: number];

/** Whether the ranges are not empty, ascending, apart by at least a row, and within `rows`. */
export function areRowRanges(ranges: readonly RowRange[], rows: number): boolean {
  let last = -1;
  for (const [start, end] of ranges) {
    if (start <= last || end <= start || end > rows) return false;
    last = end;
  }
  return true;
}

/** The same rows as ascending ranges apart from each other; undefined where a row occurs twice. */
export function mergeRowRanges(ranges: readonly RowRange[]): readonly RowRange[] | undefined {
  const merged: [number, number][] = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last === undefined || start > last[1]) merged.push([start, end]);
    else if (start === last[1]) last[1] = end;
    else return undefined;
  }
  return merged;
}

export function countRows(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** Whether ascending ranges hold a row. */
export function hasRow(ranges: readonly RowRange[], row: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.[1] ?? 0) <= row) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range[0] <= row;
}
