import type { Column } from '../../schema/columns.ts';
import type { Cell } from '../content.ts';
import { ByteList } from './byte-list.ts';
import { Uint32List } from './uint32-list.ts';

/** Definition levels of a list: no list, an empty one, and an item (one that is null is never written). */
const EMPTY_LIST = 1;
const ITEM = 3;

/**
 * The cells of one column of a row group, as Parquet's PLAIN encoding lays them out, so that pages are
 * cut from them without another copy.
 */
export class ColumnBuffer {
  readonly column: Column;
  readonly isList: boolean;
  /** Of a value that is there; 0 where every one is. */
  readonly maxDefinition: number;
  /** One for each entry: a value, or where one is missing; empty where `maxDefinition` is 0. */
  readonly definition = new ByteList(256);
  /** 0 where a row begins, 1 for the other items of its list; of lists alone. */
  readonly repetition = new ByteList(256);
  readonly values = new ByteList();
  /** Where each value ends in `values`; of texts and bytes alone. */
  readonly ends = new Uint32List();
  rows = 0;
  /** Values, null ones not counted. */
  count = 0;
  readonly #marked = new Float64Array(6);

  constructor(column: Column) {
    this.column = column;
    this.isList = column.type === 'strings';
    this.maxDefinition = this.isList ? ITEM : column.required ? 0 : 1;
  }

  clear(): void {
    this.definition.clear();
    this.repetition.clear();
    this.values.clear();
    this.ends.clear();
    this.rows = 0;
    this.count = 0;
  }

  /** Remembers how far it is, for `undo`. */
  mark(): void {
    const marked = this.#marked;
    marked[0] = this.definition.length;
    marked[1] = this.repetition.length;
    marked[2] = this.values.length;
    marked[3] = this.ends.length;
    marked[4] = this.rows;
    marked[5] = this.count;
  }

  /** Takes back what came after `mark`. */
  undo(): void {
    const marked = this.#marked;
    this.definition.length = marked[0] as number;
    this.repetition.length = marked[1] as number;
    this.values.length = marked[2] as number;
    this.ends.length = marked[3] as number;
    this.rows = marked[4] as number;
    this.count = marked[5] as number;
  }

  /** Adds nulls until there are so many rows: most columns miss most rows, and cost nothing by this. */
  padTo(rows: number): void {
    const missing = rows - this.rows;
    if (missing <= 0) return;
    this.rows = rows;
    this.definition.pushZeroes(missing);
    if (this.isList) this.repetition.pushZeroes(missing);
  }

  /** Of a text, in UTF-8, or of bytes. */
  addBytes(source: Uint8Array, start: number, end: number): void {
    this.#defined();
    this.#pushBytes(source, start, end);
  }

  /** Any safe integer. */
  addInteger(value: number): void {
    this.#defined();
    this.values.pushUint32(value >>> 0);
    this.values.pushUint32(Math.floor(value / 2 ** 32) >>> 0);
    this.count += 1;
  }

  addBigInteger(value: bigint): void {
    this.#defined();
    this.values.reserve(8);
    this.values.length = this.values.bytes.writeBigInt64LE(value, this.values.length);
    this.count += 1;
  }

  addNumber(value: number): void {
    this.#defined();
    this.values.reserve(8);
    this.values.length = this.values.bytes.writeDoubleLE(value, this.values.length);
    this.count += 1;
  }

  /** Kept as a byte each until a page is cut. */
  addBoolean(value: boolean): void {
    this.#defined();
    this.values.push(value ? 1 : 0);
    this.count += 1;
  }

  addEmptyList(): void {
    this.rows += 1;
    this.definition.push(EMPTY_LIST);
    this.repetition.push(0);
  }

  addItem(isFirst: boolean, source: Uint8Array, start: number, end: number): void {
    if (isFirst) this.rows += 1;
    this.definition.push(ITEM);
    this.repetition.push(isFirst ? 0 : 1);
    this.#pushBytes(source, start, end);
  }

  addCell(cell: Cell): void {
    if (cell === null) this.padTo(this.rows + 1);
    else if (typeof cell === 'string') {
      this.#defined();
      this.#pushText(cell);
    } else if (typeof cell === 'boolean') this.addBoolean(cell);
    else if (typeof cell === 'bigint') this.addBigInteger(cell);
    else if (cell instanceof Uint8Array) this.addBytes(cell, 0, cell.byteLength);
    else if (typeof cell === 'number') this.addNumber(cell);
    else if (cell.length === 0) this.addEmptyList();
    else
      for (const [index, item] of cell.entries()) {
        const bytes = Buffer.from(item);
        this.addItem(index === 0, bytes, 0, bytes.byteLength);
      }
  }

  #defined(): void {
    this.rows += 1;
    if (this.maxDefinition > 0) this.definition.push(1);
  }

  #pushBytes(source: Uint8Array, start: number, end: number): void {
    this.values.pushUint32(end - start);
    this.values.append(source, start, end);
    this.ends.push(this.values.length);
    this.count += 1;
  }

  #pushText(text: string): void {
    this.values.reserve(4 + text.length * 3);
    const at = this.values.length;
    const length = this.values.bytes.write(text, at + 4);
    this.values.bytes.writeUInt32LE(length, at);
    this.values.length = at + 4 + length;
    this.ends.push(this.values.length);
    this.count += 1;
  }
}
