import { type FileMetaData, parquetMetadata } from 'hyparquet';
import { z } from 'zod';
import { DataFileError } from '../data-file-error.ts';
import type { Column } from '../schema/columns.ts';
import { parquetSchemaOf, schemaText } from '../schema/parquet-schema.ts';
import { decoding } from './parquet-failure.ts';
import { scanThrift } from './thrift-scan.ts';
import type { VerifiedFile } from './verified-file.ts';

const MAX_FOOTER_BYTES = 32 * 1024 * 1024;
/** Some 1,000 row groups of 36 columns; about 200 MB once parsed. */
const MAX_FOOTER_VALUES = 2_000_000;
/** Metadata length and magic number. */
const TAIL_BYTES = 8;
const MAGIC = 0x31524150;
const rowCount = z.bigint().min(0n);

/** The footer, held to the columns and to the rows the manifest claims. Throws DataFileError. */
export async function readFooter(
  file: VerifiedFile,
  columns: readonly Column[],
): Promise<FileMetaData> {
  const { name, rows } = file.file;
  const bytes = await footerBytes(file);
  // Each row has a URI of its own: fewer bytes than rows are a claim that would keep a reader busy.
  if (rows > file.byteLength)
    throw new DataFileError('TooLarge', name, `${rows} rows in ${file.byteLength} bytes`);
  return decoding('BadFooter', name, () => {
    scanThrift(new Uint8Array(bytes, 0, bytes.byteLength - TAIL_BYTES), 0, MAX_FOOTER_VALUES);
    const metadata = parquetMetadata(bytes, { parsers: STATISTICS_PARSERS, geoparquet: false });
    if (schemaText(metadata.schema) !== schemaText(parquetSchemaOf(columns)))
      throw new DataFileError('WrongSchema', name, 'its columns are not those of its source');
    const counts = metadata.row_groups.map((group) => rowCount.parse(group.num_rows));
    const sum = counts.reduce((total, count) => total + count, 0n);
    if (metadata.num_rows !== BigInt(rows) || sum !== BigInt(rows))
      throw new DataFileError(
        'WrongRowCount',
        name,
        `footer ${metadata.num_rows}, row groups ${sum}, manifest ${rows}`,
      );
    return metadata;
  });
}

/** Statistics as they are stored: a Date would lose the microseconds. */
const STATISTICS_PARSERS = { timestampFromMicroseconds: (microseconds: bigint) => microseconds };

async function footerBytes(file: VerifiedFile): Promise<ArrayBuffer> {
  const { name } = file.file;
  if (file.byteLength < TAIL_BYTES + 4)
    throw new DataFileError('BadFooter', name, `${file.byteLength} bytes are no Parquet file`);
  const tail = new DataView(await file.slice(file.byteLength - TAIL_BYTES));
  if (tail.getUint32(4, true) !== MAGIC)
    throw new DataFileError('BadFooter', name, 'does not end as a Parquet file does');
  const length = tail.getUint32(0, true);
  if (length > MAX_FOOTER_BYTES || length + TAIL_BYTES + 4 > file.byteLength)
    throw new DataFileError('BadFooter', name, `claims a footer of ${length} bytes`);
  return file.slice(file.byteLength - TAIL_BYTES - length);
}
