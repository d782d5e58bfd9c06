import { type FileMetaData, parquetReadObjects } from 'hyparquet';
import { uncompressZstd } from '../compression/zstd.ts';
import type { DataEntity } from '../data-entity.ts';
import { DataFileError } from '../data-file-error.ts';
import { hasRow, type RowRange } from '../manifest/row-ranges.ts';
import type { Column } from '../schema/columns.ts';
import { rawColumns } from '../schema/raw-columns.ts';
import { type SourceName, sourceId } from '../source.ts';
import { checkedGroup } from './checked-group.ts';
import { entityFromRow } from './entity-from-row.ts';
import { decoding } from './parquet-failure.ts';
import { readFooter } from './read-footer.ts';
import { ContentPrinter } from './rebuild-content.ts';
import { MAX_GROUP_BYTES, type SelectedGroup, selectedGroups } from './row-groups.ts';
import type { Selection } from './selection.ts';
import type { VerifiedFile } from './verified-file.ts';

export interface ReadEntitiesOptions {
  readonly source: SourceName;
  /** Rows to leave out, ascending and apart: the masks of the dataset's state. */
  readonly masked?: readonly RowRange[] | undefined;
  /** Time buckets `[bucketStart, bucketEnd)`; each end is open where absent. */
  readonly bucketStart?: number | undefined;
  readonly bucketEnd?: number | undefined;
  /** Labels as the entities have them; null for those that have none. */
  readonly labels?: readonly (string | null)[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DataRow {
  /** Row number in the file, counted from 0, masked rows included. */
  readonly row: number;
  readonly entity: DataEntity;
}

/**
 * The rows of a raw data file with their numbers, row group by row group, in the order of the file.
 * Throws DataFileError, IntegrityError, StorageError.
 */
export async function* readRows(
  file: VerifiedFile,
  options: ReadEntitiesOptions,
): AsyncIterable<readonly DataRow[]> {
  const { source, signal } = options;
  const { name } = file.file;
  const selection = selectionOf(options);
  const schema = rawColumns(source);
  const columns = new Map(schema.map((column) => [column.name, column]));
  const printer = new ContentPrinter(source);
  const metadata = await readFooter(file, schema);
  for (const selected of selectedGroups(name, file.byteLength, metadata, columns, selection)) {
    signal?.throwIfAborted();
    const rows = await readGroup(file, metadata, selected, columns);
    const wanted: DataRow[] = [];
    let bytes = 0;
    for (const [index, cells] of rows.entries()) {
      const row = selected.rows[0] + index;
      if (hasRow(selection.masked, row)) continue;
      const entity = rebuild(name, row, () => entityFromRow(cells, sourceId(source), printer));
      // A dictionary can give every row the same gigabyte.
      bytes += entity.content.byteLength;
      if (bytes > MAX_GROUP_BYTES)
        throw new DataFileError('TooLarge', name, `rows ${selected.rows[0]} to ${row} together`);
      if (isWanted(entity, selection)) wanted.push({ row, entity });
    }
    if (wanted.length > 0) yield wanted;
  }
}

/** The entities of a raw data file, as `readRows` reads them. */
export async function* readEntities(
  file: VerifiedFile,
  options: ReadEntitiesOptions,
): AsyncIterable<readonly DataEntity[]> {
  for await (const rows of readRows(file, options)) yield rows.map(({ entity }) => entity);
}

function selectionOf(options: ReadEntitiesOptions): Selection {
  return {
    masked: options.masked ?? [],
    bucketStart: options.bucketStart ?? Number.NEGATIVE_INFINITY,
    bucketEnd: options.bucketEnd ?? Number.POSITIVE_INFINITY,
    labels: options.labels && new Set(options.labels),
  };
}

function isWanted(entity: DataEntity, { bucketStart, bucketEnd, labels }: Selection): boolean {
  const { timeBucketId, label } = entity;
  if (timeBucketId < bucketStart || timeBucketId >= bucketEnd) return false;
  return labels === undefined || labels.has(label);
}

// The default decoder drops a byte order mark and lets broken UTF-8 pass.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const PARSERS = {
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && utf8.decode(bytes),
  timestampFromMicroseconds: (microseconds: bigint) => microseconds,
};

async function readGroup(
  file: VerifiedFile,
  metadata: FileMetaData,
  selected: SelectedGroup,
  columns: ReadonlyMap<string, Column>,
): Promise<readonly Record<string, unknown>[]> {
  const { name } = file.file;
  const [first, last] = selected.rows;
  const rows = await decoding('BadData', name, () =>
    parquetReadObjects({
      file: checkedGroup(file, selected, columns),
      // Of this group alone: hyparquet looks at every group each time.
      metadata: { ...metadata, row_groups: [selected.group] },
      compressors: { ZSTD: uncompressZstd },
      utf8: false,
      geoparquet: false,
      parsers: PARSERS,
    }),
  );
  if (rows.length !== last - first)
    throw new DataFileError('BadData', name, `rows ${first} to ${last} are not all there`);
  return rows;
}

function rebuild(name: string, row: number, entity: () => DataEntity): DataEntity {
  try {
    return entity();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DataFileError('BadData', name, `row ${row}: ${why}`, error);
  }
}
