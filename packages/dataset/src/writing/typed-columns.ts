import type { OddityCounts } from '../oddities.ts';
import type { ContentColumn } from '../schema/content-columns.ts';
import type { ColumnBuffer } from './columns/column-buffer.ts';
import { contentCell, parseContent } from './content.ts';
import type { ContentForm } from './content-form.ts';
import { ContentScanner, FIELD } from './content-scanner.ts';
import type { RowView } from './row-view.ts';

/** Half of what a reader takes of a row group; the last row's may go beyond. */
const FULL_LIST_ENTRIES = 1_000_000;

/** Puts the fields of content into columns of their own, fast where it is printed as Python does. */
export class TypedColumns {
  readonly #columns: readonly ContentColumn[];
  /** By content column; undefined for those that nobody wants. */
  readonly #buffers: readonly (ColumnBuffer | undefined)[];
  readonly #lists: readonly ColumnBuffer[];
  readonly #scanner: ContentScanner;
  #rows = 0;

  constructor(columns: readonly ContentColumn[], buffers: readonly (ColumnBuffer | undefined)[]) {
    this.#columns = columns;
    this.#buffers = buffers;
    this.#lists = buffers.filter((buffer) => buffer?.isList === true) as ColumnBuffer[];
    this.#scanner = new ContentScanner(columns);
  }

  /**
   * The form that makes content of the columns again; undefined where nothing does. Buffers whose cell
   * is null may stay behind: they are to be padded in the end.
   */
  add(row: RowView, oddities: OddityCounts): ContentForm | undefined {
    this.#rows += 1;
    const form = this.#scanner.scan(row.bytes, row.contentStart, row.contentEnd);
    if (form === undefined) this.#addParsed(row, oddities);
    else {
      oddities.missingField += form.missingFields;
      this.#addScanned(row.bytes);
    }
    return form;
  }

  get isFull(): boolean {
    return this.#lists.some(({ definition }) => definition.length > FULL_LIST_ENTRIES);
  }

  /** Follows the buffers, which are used again. */
  clear(): void {
    this.#rows = 0;
  }

  /** The row added last is none, and its buffers have been set back. */
  undo(): void {
    this.#rows -= 1;
  }

  #addScanned(bytes: Uint8Array): void {
    const { fields, kinds, starts, ends, numbers, unescaped, count } = this.#scanner;
    for (let index = 0; index < count; index += 1) {
      const buffer = this.#buffers[fields[index] as number];
      const kind = kinds[index];
      if (buffer === undefined || kind === FIELD.null) continue;
      buffer.padTo(this.#rows - 1);
      const start = starts[index] as number;
      const end = ends[index] as number;
      if (kind === FIELD.text) buffer.addBytes(bytes, start, end);
      else if (kind === FIELD.unescaped) buffer.addBytes(unescaped.bytes, start, end);
      else if (kind === FIELD.integer) buffer.addInteger(numbers[index] as number);
      else if (kind === FIELD.number) buffer.addNumber(numbers[index] as number);
      else if (kind === FIELD.list) this.#addList(buffer, bytes, start, end);
      else buffer.addBoolean(kind === FIELD.true);
    }
  }

  #addList(buffer: ColumnBuffer, bytes: Uint8Array, first: number, last: number): void {
    if (first === last) buffer.addEmptyList();
    const { items, unescaped } = this.#scanner;
    for (let index = first; index < last; index += 1) {
      const source = items[3 * index] === 1 ? unescaped.bytes : bytes;
      const start = items[3 * index + 1] as number;
      buffer.addItem(index === first, source, start, items[3 * index + 2] as number);
    }
  }

  #addParsed(row: RowView, oddities: OddityCounts): void {
    const object = parseContent(row.content, oddities);
    for (const [index, column] of this.#columns.entries()) {
      const buffer = this.#buffers[index];
      if (buffer === undefined) {
        if (object) contentCell(object, column, oddities);
        continue;
      }
      const cell = object ? contentCell(object, column, oddities) : null;
      buffer.padTo(this.#rows - 1);
      buffer.addCell(cell);
    }
  }
}
