import type { ColumnChunk as ParquetColumnChunk } from 'hyparquet';
import { z } from 'zod';
import { DataFileError } from '../data-file-error.ts';

/** Where the values of one column of one row group lie in the file, and how. */
export interface ColumnChunk {
  readonly column: string;
  /** `[start, end)` in bytes. */
  readonly start: number;
  readonly end: number;
  /** Bytes before compression, as the footer claims. */
  readonly unpackedSize: number;
  readonly compressed: boolean;
}

const size = z
  .bigint()
  .min(0n)
  .max(2n ** 50n);
const chunkSchema = z.object({
  // Values in another file could not be verified.
  file_path: z.undefined().optional(),
  meta_data: z.object({
    path_in_schema: z.union([
      z.tuple([z.string()]),
      z.tuple([z.string(), z.literal('list'), z.literal('element')]),
    ]),
    codec: z.enum(['UNCOMPRESSED', 'ZSTD']),
    total_uncompressed_size: size,
    total_compressed_size: size,
    data_page_offset: size,
    dictionary_page_offset: size.optional(),
  }),
});

/** A chunk of a column of values or of lists, as a footer describes it. Throws DataFileError BadData. */
export function columnChunk(file: string, chunk: ParquetColumnChunk): ColumnChunk {
  const parsed = chunkSchema.safeParse(chunk);
  if (!parsed.success) {
    const problem = z.prettifyError(parsed.error).slice(0, 300);
    throw new DataFileError('BadData', file, `a column chunk that can't be read: ${problem}`);
  }
  const { meta_data: meta } = parsed.data;
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  return {
    column: meta.path_in_schema[0],
    start,
    end: start + Number(meta.total_compressed_size),
    unpackedSize: Number(meta.total_uncompressed_size),
    compressed: meta.codec === 'ZSTD',
  };
}
