import type { FileMetaData, RowGroup } from 'hyparquet';
import { DataFileError } from '../data-file-error.ts';
import { hasRow, type RowRange } from '../manifest/row-ranges.ts';
import type { Column } from '../schema/columns.ts';
import { type ColumnChunk, columnChunk } from './column-chunk.ts';
import type { Selection } from './selection.ts';

/** Of one row group's needed columns, before compression and after. */
export const MAX_GROUP_BYTES = 512 * 1024 * 1024;
const MAX_GROUP_ROWS = 1_000_000n;

export interface SelectedGroup {
  /** Of the file. */
  readonly rows: RowRange;
  /** With the needed columns alone. */
  readonly group: RowGroup;
  readonly chunks: readonly ColumnChunk[];
}

/**
 * The row groups that may hold what is asked for, by masks and statistics alone.
 * Throws DataFileError.
 */
export function* selectedGroups(
  name: string,
  fileSize: number,
  metadata: FileMetaData,
  columns: ReadonlyMap<string, Column>,
  selection: Selection,
): Iterable<SelectedGroup> {
  let start = 0;
  let packed = 0;
  for (const whole of metadata.row_groups) {
    const group = { ...whole, columns: neededColumns(name, whole, columns) };
    const chunks = group.columns.map((column) => columnChunk(name, column));
    packed += checkSize(name, group, chunks);
    // Groups that share their bytes would have a small file read over and over.
    if (packed > fileSize)
      throw new DataFileError('BadData', name, 'its columns have more bytes than the file');
    const end = start + Number(group.num_rows);
    if (!isMasked(selection.masked, start, end) && mayHoldBucket(group, selection))
      yield { rows: [start, end], group, chunks };
    start = end;
  }
}

function neededColumns(name: string, { columns }: RowGroup, needed: ReadonlyMap<string, Column>) {
  const found = columns.filter((column) => needed.has(nameOf(column) ?? ''));
  const names = new Set(found.map(nameOf));
  if (found.length !== needed.size || names.size !== needed.size)
    throw new DataFileError('BadData', name, 'a row group lacks a column, or has one twice');
  return found;
}

/** Undefined where a footer leaves out what it must have. */
function nameOf({ meta_data }: RowGroup['columns'][number]): string | undefined {
  const path: readonly string[] | undefined = meta_data?.path_in_schema;
  return path?.[0];
}

/** Bytes in the file. */
function checkSize(name: string, group: RowGroup, chunks: readonly ColumnChunk[]): number {
  const unpacked = chunks.reduce((sum, chunk) => sum + chunk.unpackedSize, 0);
  const packed = chunks.reduce((sum, { start, end }) => sum + end - start, 0);
  if (Math.max(unpacked, packed) > MAX_GROUP_BYTES || group.num_rows > MAX_GROUP_ROWS)
    throw new DataFileError(
      'TooLarge',
      name,
      `a row group of ${group.num_rows} rows and ${Math.max(unpacked, packed)} bytes`,
    );
  return packed;
}

/** Whether no row of `[start, end)` counts. */
function isMasked(masked: readonly RowRange[], start: number, end: number): boolean {
  if (start === end) return true;
  return hasRow(masked, start) && masked.some(([from, to]) => from <= start && to >= end);
}

function mayHoldBucket(group: RowGroup, { bucketStart, bucketEnd }: Selection): boolean {
  const statistics = group.columns.find((column) => nameOf(column) === 'time_bucket_id')?.meta_data
    ?.statistics;
  const min = statistics?.min_value;
  const max = statistics?.max_value;
  if (typeof min !== 'bigint' || typeof max !== 'bigint') return true;
  return max >= bucketStart && min < bucketEnd;
}
