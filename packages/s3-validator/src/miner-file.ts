import type { DatasetFile, SourceName } from '@data-universe/dataset';
import { type KeyPrefix, keyUnder, type ObjectKey, type Sha256 } from '@data-universe/storage-core';
import { timeSpan } from './date-range.ts';

/** A data file as the miner's signed manifest names it. */
export interface MinerFile {
  readonly source: SourceName;
  readonly key: ObjectKey;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Sha256;
  /** Rows that count: those of the file without those replaced or deleted since. */
  readonly rows: number;
  /** Time of the rows, `[start, end)`; their time buckets where no row has a time that can be read. */
  readonly timeStart: Date;
  readonly timeEnd: Date;
}

export function minerFileOf(
  source: SourceName,
  dataset: KeyPrefix,
  { file, masked }: DatasetFile,
): MinerFile {
  const { start, end } = timeSpan(file);
  const left = masked.reduce((rows, [from, to]) => rows - (to - from), file.rows);
  return {
    source,
    key: keyUnder(dataset, file.name),
    size: file.size,
    sha256: file.sha256,
    rows: left,
    timeStart: start,
    timeEnd: end,
  };
}
