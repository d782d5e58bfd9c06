import type { DatasetFile, SourceName } from '@data-universe/dataset';
import { type KeyPrefix, keyUnder, type ObjectKey, type Sha256 } from '@data-universe/storage-core';

/** A data file as the miner's signed manifest names it. */
export interface MinerFile {
  readonly source: SourceName;
  readonly key: ObjectKey;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Sha256;
  /** Rows that count: those of the file without those replaced or deleted since. */
  readonly rows: number;
  /** Time of the rows, `[start, end)`. */
  readonly timeStart: Date;
  readonly timeEnd: Date;
}

export function minerFileOf(
  source: SourceName,
  dataset: KeyPrefix,
  { file, masked }: DatasetFile,
): MinerFile {
  const left = masked.reduce((rows, [start, end]) => rows - (end - start), file.rows);
  return {
    source,
    key: keyUnder(dataset, file.name),
    size: file.size,
    sha256: file.sha256,
    rows: left,
    timeStart: new Date(file.time_start * 1_000),
    timeEnd: new Date(file.time_end * 1_000),
  };
}
