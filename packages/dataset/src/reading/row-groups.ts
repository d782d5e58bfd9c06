import type { FileMetaData, RowGroup } from 'hyparquet';
import { DataFileError } from '../data-file-error.ts';
import { hasRow, type RowRange } from '../manifest/row-ranges.ts';
import type { Selection } from './selection.ts';

/** Of one row group's needed columns, before compression. */
const MAX_GROUP_BYTES = 512n * 1024n * 1024n;
const MAX_GROUP_ROWS = 1_000_000n;

/** The rows of each row group that may hold what is asked for, by masks and statistics alone. */
export function* selectedGroups(
  name: string,
  metadata: FileMetaData,
  columns: ReadonlySet<string>,
  selection: Selection,
): Iterable<RowRange> {
  let start = 0;
  for (const group of metadata.row_groups) {
    checkSize(name, group, columns);
    const end = start + Number(group.num_rows);
    if (!isMasked(selection.masked, start, end) && mayHoldBucket(group, selection))
      yield [start, end];
    start = end;
  }
}

function checkSize(name: string, group: RowGroup, columns: ReadonlySet<string>): void {
  let bytes = 0n;
  for (const { meta_data } of group.columns)
    if (meta_data && columns.has(meta_data.path_in_schema[0] ?? ''))
      bytes += meta_data.total_uncompressed_size;
  if (
    bytes < 0n ||
    bytes > MAX_GROUP_BYTES ||
    group.num_rows < 0n ||
    group.num_rows > MAX_GROUP_ROWS
  )
    throw new DataFileError(
      'TooLarge',
      name,
      `a row group of ${group.num_rows} rows and ${bytes} bytes`,
    );
}

/** Whether no row of `[start, end)` counts. */
function isMasked(masked: readonly RowRange[], start: number, end: number): boolean {
  if (start === end) return true;
  return hasRow(masked, start) && masked.some(([from, to]) => from <= start && to >= end);
}

function mayHoldBucket(group: RowGroup, { bucketStart, bucketEnd }: Selection): boolean {
  const statistics = group.columns.find(
    (column) => column.meta_data?.path_in_schema[0] === 'time_bucket_id',
  )?.meta_data?.statistics;
  const min = statistics?.min_value;
  const max = statistics?.max_value;
  if (typeof min !== 'bigint' || typeof max !== 'bigint') return true;
  return max >= bucketStart && min < bucketEnd;
}
