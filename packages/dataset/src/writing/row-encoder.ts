import type { OddityCounts } from '../oddities.ts';
import type { Column } from '../schema/columns.ts';
import type { ColumnBuffer } from './columns/column-buffer.ts';
import type { MomentScanner } from './moment-scanner.ts';
import type { RowView } from './row-view.ts';

/** How a profile makes rows of entities. */
export interface RowEncoder {
  readonly columns: readonly Column[];
  /** One a column: the rows since the last `clear`. */
  readonly buffers: readonly ColumnBuffer[];
  /** Whether a list column has as many items as a reader takes of a row group. */
  readonly isFull: boolean;
  /** False for an entity that has no place in this profile. */
  add(row: RowView, moment: MomentScanner, oddities: OddityCounts): boolean;
  /** Called once before the buffers are written. */
  complete(): void;
  clear(): void;
}
