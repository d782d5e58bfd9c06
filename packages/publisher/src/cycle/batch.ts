import type { LedgerBucket, NewFile } from '../ledger/ledger-records.ts';
import type { RowRange } from '../ledger/row-ranges.ts';
import { toRanges } from '../ledger/row-ranges.ts';
import type { Place } from './bucket-diff.ts';

/** Keeps the masks of one commit, and with them its memory and its manifest, in bounds. */
export const MAX_MASKED_ROWS = 250_000;

/** The changes of one commit. */
export interface Batch {
  readonly files: readonly NewFile[];
  readonly masks: MaskSet;
  /** Buckets that are complete with this commit. */
  readonly buckets: readonly LedgerBucket[];
  /** Published files, by id, whose rows the new ones hold: they go as a whole. */
  readonly replaced?: readonly number[] | undefined;
}

/** Published rows that are to count no longer. */
export class MaskSet {
  readonly #bySegment = new Map<number, { fileId: number; firstRow: number; rows: Set<number> }>();
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  has({ segment, row }: Place): boolean {
    return this.#bySegment.get(segment.id)?.rows.has(row) ?? false;
  }

  /** False where the row is in the set already. */
  add({ segment, row }: Place): boolean {
    const mask = this.#bySegment.get(segment.id) ?? {
      fileId: segment.fileId,
      firstRow: segment.firstRow,
      rows: new Set<number>(),
    };
    this.#bySegment.set(segment.id, mask);
    if (mask.rows.has(row)) return false;
    mask.rows.add(row);
    this.#rows += 1;
    return true;
  }

  /** Rows counted from the segment's first. */
  bySegment(): Map<number, RowRange[]> {
    return new Map([...this.#bySegment].map(([id, { rows }]) => [id, toRanges(rows)]));
  }

  /** Rows counted from the file's first. */
  byFile(): Map<number, RowRange[]> {
    const files = new Map<number, RowRange[]>();
    for (const { fileId, firstRow, rows } of this.#bySegment.values()) {
      const ranges = files.get(fileId) ?? [];
      for (const [start, end] of toRanges(rows)) ranges.push([start + firstRow, end + firstRow]);
      files.set(fileId, ranges);
    }
    return files;
  }
}
