import type { FileMetaData, RowGroup } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeIndexes } from 'hyparquet-writer/src/indexes.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import type { Column } from '../schema/columns.ts';
import { parquetSchemaOf } from '../schema/parquet-schema.ts';
import type { PageIndexes } from './page-indexes.ts';

export const MAGIC = Buffer.from('PAR1');
/** Long enough for a URI to be told from its neighbours. */
export const STATISTICS_BYTES = 256;

/** Page indexes and metadata, as they end a file whose pages end at `offset`. */
export function footerOf(
  offset: number,
  columns: readonly Column[],
  groups: readonly { readonly group: RowGroup; readonly indexes: readonly PageIndexes[] }[],
  notes: Readonly<Record<string, string>>,
): Uint8Array {
  const writer = new ByteWriter(64 * 1024);
  writer.offset = offset;
  writeIndexes(
    writer,
    groups.flatMap(({ indexes }) => indexes),
  );
  const metadata: Omit<FileMetaData, 'metadata_length'> = {
    version: 2,
    created_by: 'data-universe-storage',
    schema: parquetSchemaOf(columns),
    num_rows: groups.reduce((sum, { group }) => sum + group.num_rows, 0n),
    row_groups: groups.map(({ group }) => group),
    key_value_metadata: Object.entries(notes).map(([key, value]) => ({ key, value })),
  };
  writeMetadata(writer, { ...metadata, metadata_length: 0 }, STATISTICS_BYTES);
  writer.appendBytes(MAGIC);
  return writer.getBytes();
}
