import { uncompressZstd } from '../compression/zstd.ts';
import { checkRuns } from './check-runs.ts';
import { scanThrift } from './thrift-scan.ts';

/** A page header has about 20; statistics add a few. */
const MAX_HEADER_VALUES = 100;
/** As Parquet numbers them. */
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
const PLAIN = 0;
const RLE_DICTIONARY = 8;
/** A value of any type but BOOLEAN takes as much when it is written plainly. */
const MIN_PLAIN_BYTES = 4;

/** Items of lists, and rows without any, of a row group: a writer here ends it before there are more. */
const MAX_LIST_ENTRIES = 2_000_000;
/** Of one page: one content and what stands beside it. */
const MAX_PAGE_BYTES = 80 * 1024 * 1024;

/** How a column chunk is to be read. */
export interface PageRules {
  readonly rows: number;
  /** Of a definition level: 0 where no value may be missing. */
  readonly levelBits: 0 | 1 | 2;
  /** Any number of values a row, instead of one. */
  readonly isList: boolean;
  readonly compressed: boolean;
  /** Of all pages, before compression. */
  readonly maxBytes: number;
}

interface DataPage {
  readonly values: number;
  /** Its levels, then its values. */
  readonly body: Uint8Array;
  /** Before compression. */
  readonly size: number;
  readonly header: PageHeader;
}

/** By the paths of scanThrift. */
type PageHeader = ReadonlyMap<string, number | boolean>;

/**
 * Walks over the pages of a column chunk before hyparquet decodes them, and refuses those that would
 * take more memory than their share of `maxBytes` and `rows`. Returns their bytes before compression.
 * Throws Error; pages other than those of this format (data pages of version 2, plain or with a
 * dictionary) are refused too.
 */
export function checkPages(bytes: Uint8Array, rules: PageRules): number {
  let rows = 0;
  let entries = 0;
  let total = 0;
  for (let offset = 0; rows < rules.rows && offset < bytes.byteLength - 1; ) {
    const header = new Map<string, number | boolean>();
    const start = scanThrift(bytes, offset, MAX_HEADER_VALUES, (path, value) => {
      header.set(path, value);
    });
    const size = sizeOf(header, '2');
    offset = start + sizeOf(header, '3');
    total += size;
    if (size > MAX_PAGE_BYTES) throw new Error(`a page of ${size} bytes`);
    if (total > rules.maxBytes) throw new Error(`pages of more than ${rules.maxBytes} bytes`);
    if (offset > bytes.byteLength) throw new Error('a page past the end of its column');
    if (header.get('1') === DICTIONARY_PAGE) {
      if (sizeOf(header, '7.1') > size / MIN_PLAIN_BYTES)
        throw new Error('a dictionary of more values than it has room for');
      continue;
    }
    if (header.get('1') !== DATA_PAGE_V2) throw new Error('a page that is no version 2 data page');
    const values = sizeOf(header, '8.1');
    rows += sizeOf(header, '8.3');
    entries += values;
    if (rows > rules.rows) throw new Error('pages of more rows than the row group has');
    if (rules.isList && entries > MAX_LIST_ENTRIES) throw new Error('lists of too many items');
    checkDataPage({ values, body: bytes.subarray(start, offset), size, header }, rules);
  }
  return total;
}

function checkDataPage({ values, body, size, header }: DataPage, rules: PageRules): void {
  const present = values - sizeOf(header, '8.2');
  const repetition = sizeOf(header, '8.6');
  const levels = repetition + sizeOf(header, '8.5');
  if (present < 0 || (!rules.isList && sizeOf(header, '8.3') !== values))
    throw new Error('a page whose counts contradict each other');
  if (levels > body.byteLength || levels > size || !mayHaveLevels(rules, repetition, levels))
    throw new Error('levels past the end of their page, or where none belong');
  if (rules.isList) checkRuns(body.subarray(0, repetition), 1, values);
  if (rules.levelBits > 0) checkRuns(body.subarray(repetition, levels), rules.levelBits, values);
  const encoding = header.get('8.4');
  if (encoding === PLAIN) return;
  if (encoding !== RLE_DICTIONARY) throw new Error(`an encoding of number ${encoding}`);
  if (present === 0) return;
  const packed = body.subarray(levels);
  const compressed = rules.compressed && header.get('8.7') !== false;
  const indexes = compressed ? uncompressZstd(packed, size - levels) : packed;
  checkRuns(indexes.subarray(1), indexes[0] ?? 0, present);
}

function mayHaveLevels(rules: PageRules, repetition: number, levels: number): boolean {
  return (repetition === 0 || rules.isList) && (levels === 0 || rules.levelBits > 0);
}

/** A number that the header must have. */
function sizeOf(header: PageHeader, path: string): number {
  const value = header.get(path);
  if (typeof value !== 'number' || value < 0)
    throw new Error(`a page header without a valid field ${path}`);
  return value;
}
