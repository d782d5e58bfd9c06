import type { RowRange } from '../manifest/row-ranges.ts';

/** Which rows of a file are wanted; buckets `[bucketStart, bucketEnd)`. */
export interface Selection {
  readonly masked: readonly RowRange[];
  readonly bucketStart: number;
  readonly bucketEnd: number;
  /** As the entities have them, null among them; undefined for all. */
  readonly labels: ReadonlySet<string | null> | undefined;
}
