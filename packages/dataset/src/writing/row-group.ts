import type { Column } from '../schema/columns.ts';
import type { Cell } from './content.ts';

/** Columns whose page index a reader prunes with. */
const INDEXED = new Set(['uri', 'datetime', 'time_bucket_id']);

/** Cells on their way into a row group, column by column. */
export class RowGroupBuilder {
  readonly #columns: readonly Column[];
  readonly #cells: Cell[][];
  /** Of content or text, roughly: what decides when a row group is full. */
  bytes = 0;
  rows = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#cells = columns.map(() => []);
  }

  add(cells: readonly Cell[], bytes: number): void {
    for (let index = 0; index < this.#cells.length; index += 1)
      this.#cells[index]?.push(cells[index] ?? null);
    this.bytes += bytes;
    this.rows += 1;
  }

  /** In hyparquet-writer's terms. */
  columnData() {
    return this.#columns.map(({ name, type }, index) => ({
      name,
      data: this.#cells[index] ?? [],
      columnIndex: INDEXED.has(name),
      // Nobody looks for a content by its first bytes, nor repeats one.
      ...(type === 'bytes' ? { statistics: false } : {}),
      ...(type === 'bytes' || name === 'uri' ? { encoding: 'PLAIN' as const } : {}),
    }));
  }
}
