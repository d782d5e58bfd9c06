import { DataFileError } from '../data-file-error.ts';
import { printDatetime } from '../datetime.ts';
import type { OddityCounts } from '../oddities.ts';
import type { Column } from '../schema/columns.ts';
import { contentColumns } from '../schema/content-columns.ts';
import { encodedColumns } from '../schema/encoded-columns.ts';
import type { SourceName } from '../source.ts';
import { ColumnBuffer } from '../writing/columns/column-buffer.ts';
import type { MomentScanner } from '../writing/moment-scanner.ts';
import type { RowEncoder } from '../writing/row-encoder.ts';
import type { RowView } from '../writing/row-view.ts';
import { TypedColumns } from '../writing/typed-columns.ts';
import { encodeColumnText } from './encode-column-text.ts';
import type { EncodingKey, PrivacyKeys } from './encoding-key.ts';

/** Where a column of the public form comes from in the content, when not from a field of its name. */
const ORIGIN: Readonly<Record<string, string>> = {
  username_encoded: 'username',
  url_encoded: 'url',
};

const SECONDS_A_DAY = 86_400;
/** Before a text in PLAIN encoding. */
const LENGTH_BYTES = 4;

/** A column in the clear, until the row group is complete. */
interface Hidden {
  readonly clear: ColumnBuffer;
  readonly encoded: ColumnBuffer;
  readonly key: EncodingKey;
}

/** For a public place: no username and no URL in the clear, days instead of moments. */
export class EncodedRowEncoder implements RowEncoder {
  readonly columns: readonly Column[];
  readonly buffers: readonly ColumnBuffer[];
  readonly #typed: TypedColumns;
  readonly #label: ColumnBuffer;
  readonly #datetime: ColumnBuffer;
  readonly #text: ColumnBuffer;
  readonly #hidden: readonly Hidden[];
  /** What the content's fields go into. */
  readonly #inClear: readonly ColumnBuffer[];
  #rows = 0;
  #day: number | undefined;
  /** `YYYY-MM-DD` of that day, UTC. */
  #dayText: Buffer | undefined;

  constructor(source: SourceName, keys: PrivacyKeys) {
    const columns = encodedColumns(source);
    if (columns === undefined)
      throw new DataFileError('Unsupported', source, 'this source has no public form');
    this.columns = columns;
    this.buffers = columns.map((column) => new ColumnBuffer(column));
    const bufferOf = (name: string): ColumnBuffer => {
      const buffer = this.buffers.find(({ column }) => column.name === name);
      if (buffer === undefined) throw new Error(`no column ${name}`);
      return buffer;
    };
    this.#label = bufferOf('label');
    this.#datetime = bufferOf('datetime');
    this.#text = bufferOf('text');
    this.#hidden = [
      { encoded: bufferOf('username_encoded'), key: keys.username },
      { encoded: bufferOf('url_encoded'), key: keys.url },
    ].map((hidden) => ({ ...hidden, clear: new ColumnBuffer(hidden.encoded.column) }));
    const fields = contentColumns(source);
    const targets = fields.map(({ name }) => this.#bufferFor(source, name));
    this.#typed = new TypedColumns(fields, targets);
    this.#inClear = targets.filter((buffer) => buffer !== undefined);
  }

  get isFull(): boolean {
    return this.#typed.isFull;
  }

  add(row: RowView, moment: MomentScanner, oddities: OddityCounts): boolean {
    for (const buffer of this.#inClear) buffer.mark();
    this.#typed.add(row, oddities);
    if (!this.#hasText()) {
      for (const buffer of this.#inClear) buffer.undo();
      this.#typed.undo();
      oddities.emptyText += 1;
      return false;
    }
    this.#rows += 1;
    this.#label.padTo(this.#rows - 1);
    if (row.labelStart >= 0) this.#label.addBytes(row.bytes, row.labelStart, row.labelEnd);
    this.#addDay(moment);
    return true;
  }

  /** Whether the row that is being added has a text that is not empty. */
  #hasText(): boolean {
    const { rows, ends, values, definition } = this.#text;
    if (rows <= this.#rows || definition.bytes[definition.length - 1] === 0) return false;
    const previous = ends.length === 1 ? 0 : (ends.items[ends.length - 2] as number);
    return values.length - previous > LENGTH_BYTES;
  }

  #addDay({ found, seconds }: MomentScanner): void {
    this.#datetime.padTo(this.#rows - 1);
    if (!found) return;
    const day = Math.floor(seconds / SECONDS_A_DAY);
    if (day !== this.#day) {
      this.#day = day;
      const text = printDatetime(BigInt(seconds) * 1_000_000n)?.slice(0, 10);
      this.#dayText = text === undefined ? undefined : Buffer.from(text);
    }
    if (this.#dayText) this.#datetime.addBytes(this.#dayText, 0, this.#dayText.byteLength);
  }

  #bufferFor(source: SourceName, field: string): ColumnBuffer | undefined {
    const text = source === 'reddit' ? 'body' : 'text';
    if (field === text) return this.#text;
    const hidden = this.#hidden.find(({ encoded }) => ORIGIN[encoded.column.name] === field);
    if (hidden) return hidden.clear;
    return this.buffers.find(
      (buffer) => buffer.column.name === field && buffer !== this.#label && buffer !== this.#text,
    );
  }

  complete(): void {
    for (const { clear } of this.#hidden) clear.padTo(this.#rows);
    for (const { clear, encoded, key } of this.#hidden) encodeColumnText(clear, encoded, key);
    for (const buffer of this.buffers) buffer.padTo(this.#rows);
  }

  clear(): void {
    this.#rows = 0;
    this.#typed.clear();
    for (const buffer of this.buffers) buffer.clear();
    for (const { clear } of this.#hidden) clear.clear();
  }
}
