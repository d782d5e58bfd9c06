import type { ColumnChunk, ColumnMetaData, Encoding, OffsetIndex, SchemaElement } from 'hyparquet';
import { unconvertMinMax } from 'hyparquet-writer/src/unconvert.js';
import { compressZstd } from '../../compression/zstd.ts';
import type { FileSink } from '../file-sink.ts';
import { STATISTICS_BYTES } from '../footer.ts';
import type { PageIndexes } from '../page-indexes.ts';
import { type Bounds, boundsOf } from './bounds.ts';
import { ByteList } from './byte-list.ts';
import type { ColumnBuffer } from './column-buffer.ts';
import { cutPages, type PageCut } from './cut-pages.ts';
import { type Dictionary, dictionaryOf } from './dictionary.ts';
import { appendHybridRuns } from './hybrid-runs.ts';
import { dataPageHeader, dictionaryPageHeader } from './page-header.ts';

/** A frame of zstd has 13 bytes of its own. */
const MIN_COMPRESSED_BYTES = 32;

export interface ColumnEncoding {
  /** Of a page before compression. */
  readonly pageBytes: number;
  /** Least and greatest value of the column and of each page, for readers that look for a few. */
  readonly indexed: boolean;
}

/** Writes the pages of a column and returns what the footer says of them. */
export function encodeColumn(
  buffer: ColumnBuffer,
  sink: FileSink,
  { pageBytes, indexed }: ColumnEncoding,
): PageIndexes {
  const start = sink.offset;
  const dictionary = dictionaryOf(buffer);
  let unpacked = dictionary ? writeDictionary(dictionary, sink) : 0;
  const dataStart = sink.offset;
  const cuts = cutPages(buffer, pageBytes, dictionary !== undefined);
  const locations: OffsetIndex['page_locations'] = [];
  for (const cut of cuts) {
    const offset = sink.offset;
    unpacked += writePage(buffer, cut, dictionary, sink);
    locations.push({
      offset: BigInt(offset),
      compressed_page_size: sink.offset - offset,
      first_row_index: BigInt(cut.firstRow),
    });
  }
  const bounds = indexed ? boundsOf(buffer, 0, buffer.count) : undefined;
  const chunk: ColumnChunk = {
    file_offset: BigInt(start),
    meta_data: {
      ...describe(buffer, dictionary, bounds),
      total_uncompressed_size: BigInt(unpacked),
      total_compressed_size: BigInt(sink.offset - start),
      data_page_offset: BigInt(dataStart),
      ...(dictionary ? { dictionary_page_offset: BigInt(start) } : {}),
    },
  };
  return {
    chunk,
    ...(cuts.length > 1 ? { offsetIndex: { page_locations: locations } } : {}),
    ...(cuts.length > 1 && indexed ? columnIndexOf(buffer, cuts) : {}),
  };
}

function describe(
  buffer: ColumnBuffer,
  dictionary: Dictionary | undefined,
  bounds: Bounds | undefined,
): Pick<
  ColumnMetaData,
  'type' | 'encodings' | 'path_in_schema' | 'codec' | 'num_values' | 'statistics'
> {
  const { name, type } = buffer.column;
  const encodings: Encoding[] = dictionary ? ['PLAIN', 'RLE', 'RLE_DICTIONARY'] : ['PLAIN', 'RLE'];
  const entries = buffer.maxDefinition === 0 ? buffer.rows : buffer.definition.length;
  return {
    type: PHYSICAL[type],
    encodings,
    path_in_schema: buffer.isList ? [name, 'list', 'element'] : [name],
    codec: 'ZSTD',
    num_values: BigInt(entries),
    statistics: {
      null_count: BigInt(entries - buffer.count),
      ...(bounds ? { min_value: bounds.min, max_value: bounds.max } : {}),
    },
  };
}

const PHYSICAL = {
  string: 'BYTE_ARRAY',
  strings: 'BYTE_ARRAY',
  bytes: 'BYTE_ARRAY',
  integer: 'INT64',
  timestamp: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
} as const;

function columnIndexOf(
  buffer: ColumnBuffer,
  cuts: readonly PageCut[],
): Pick<PageIndexes, 'columnIndex'> {
  const bounds = cuts.map(({ firstValue, lastValue }) => boundsOf(buffer, firstValue, lastValue));
  const bytes = (side: 'min' | 'max') =>
    bounds.map((both) => (both === undefined ? new Uint8Array() : boundBytes(both[side], side)));
  return {
    columnIndex: {
      null_pages: bounds.map((both) => both === undefined),
      min_values: bytes('min'),
      max_values: bytes('max'),
      boundary_order: 'UNORDERED',
      null_counts: cuts.map(({ firstEntry, lastEntry, firstValue, lastValue }) =>
        BigInt(lastEntry - firstEntry - (lastValue - firstValue)),
      ),
    },
  };
}

/** Cut to what a footer's statistics have, too. */
function boundBytes(value: Uint8Array | bigint, side: 'min' | 'max'): Uint8Array {
  const element: SchemaElement =
    typeof value === 'bigint'
      ? { name: '', type: 'INT64' }
      : { name: '', type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  return unconvertMinMax(value, element, side === 'max', STATISTICS_BYTES) ?? new Uint8Array();
}

const levels = new ByteList(4096);
const packed = new ByteList(64 * 1024);

/** Returns the page's bytes before compression, header included. */
function writePage(
  buffer: ColumnBuffer,
  cut: PageCut,
  dictionary: Dictionary | undefined,
  sink: FileSink,
): number {
  const { firstEntry, lastEntry, firstValue, lastValue } = cut;
  levels.clear();
  if (buffer.isList) appendHybridRuns(levels, buffer.repetition.bytes, firstEntry, lastEntry, 1);
  const repetitionBytes = levels.length;
  if (buffer.maxDefinition > 0) {
    const width = buffer.isList ? 2 : 1;
    appendHybridRuns(levels, buffer.definition.bytes, firstEntry, lastEntry, width);
  }
  const values = pageValues(buffer, cut, dictionary);
  const { bytes, isCompressed } = compressed(values);
  const header = dataPageHeader({
    values: lastEntry - firstEntry,
    nulls: lastEntry - firstEntry - (lastValue - firstValue),
    rows: cut.rows,
    encoding: dictionary ? 'RLE_DICTIONARY' : 'PLAIN',
    repetitionBytes,
    definitionBytes: levels.length - repetitionBytes,
    unpackedBytes: levels.length + values.byteLength,
    packedBytes: levels.length + bytes.byteLength,
    isCompressed,
  });
  sink.append(header);
  sink.append(Uint8Array.prototype.slice.call(levels.bytes, 0, levels.length));
  sink.append(isCompressed ? bytes : Uint8Array.prototype.slice.call(bytes));
  return header.byteLength + levels.length + values.byteLength;
}

/** A view of memory that is used again. */
function pageValues(
  buffer: ColumnBuffer,
  { firstValue, lastValue }: PageCut,
  dictionary: Dictionary | undefined,
): Uint8Array {
  packed.clear();
  if (dictionary) {
    if (firstValue === lastValue) return packed.view();
    const width = Math.max(1, 32 - Math.clz32(dictionary.size - 1));
    packed.push(width);
    appendHybridRuns(packed, dictionary.indexes, firstValue, lastValue, width);
    return packed.view();
  }
  if (buffer.column.type === 'boolean') return packedBooleans(buffer, firstValue, lastValue);
  if (buffer.ends.length === 0) return buffer.values.view(8 * firstValue, 8 * lastValue);
  const startOf = (value: number) => (value === 0 ? 0 : (buffer.ends.items[value - 1] as number));
  return buffer.values.view(startOf(firstValue), startOf(lastValue));
}

function packedBooleans({ values }: ColumnBuffer, first: number, last: number): Uint8Array {
  for (let index = first; index < last; index += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8 && index + bit < last; bit += 1)
      byte |= (values.bytes[index + bit] as number) << bit;
    packed.push(byte);
  }
  return packed.view();
}

function writeDictionary({ entries, size }: Dictionary, sink: FileSink): number {
  const { bytes } = compressed(entries.view(), 'always');
  const header = dictionaryPageHeader(size, entries.length, bytes.byteLength);
  sink.append(header);
  sink.append(bytes);
  return header.byteLength + entries.length;
}

/** As it is where that is shorter, which only a data page can say. */
function compressed(
  bytes: Uint8Array,
  when: 'shorter' | 'always' = 'shorter',
): { readonly bytes: Uint8Array; readonly isCompressed: boolean } {
  if (when === 'shorter' && bytes.byteLength < MIN_COMPRESSED_BYTES)
    return { bytes, isCompressed: false };
  const result = compressZstd(bytes);
  if (when === 'shorter' && result.byteLength >= bytes.byteLength)
    return { bytes, isCompressed: false };
  return { bytes: result, isCompressed: true };
}
