import type { OddityCounts } from '../oddities.ts';
import type { Column } from '../schema/columns.ts';
import { contentColumns } from '../schema/content-columns.ts';
import { rawColumns } from '../schema/raw-columns.ts';
import type { SourceName } from '../source.ts';
import { ColumnBuffer } from './columns/column-buffer.ts';
import type { MomentScanner } from './moment-scanner.ts';
import type { RowEncoder } from './row-encoder.ts';
import type { RowView } from './row-view.ts';
import { TypedColumns } from './typed-columns.ts';

/** Beyond it a number of microseconds is no exact double. */
const MAX_EXACT_SECONDS = 9_007_199_254;

/** Full fidelity: every entity is a row, from which it comes back byte for byte. */
export class RawRowEncoder implements RowEncoder {
  readonly columns: readonly Column[];
  readonly buffers: readonly ColumnBuffer[];
  readonly #typed: TypedColumns;
  #rows = 0;
  readonly #datetime: ColumnBuffer;
  readonly #label: ColumnBuffer;
  readonly #uri: ColumnBuffer;
  readonly #datetimeText: ColumnBuffer;
  readonly #timeBucketId: ColumnBuffer;
  readonly #contentSizeBytes: ColumnBuffer;
  readonly #content: ColumnBuffer;
  readonly #contentForm: ColumnBuffer;

  constructor(source: SourceName) {
    this.columns = rawColumns(source);
    const byName = new Map(this.columns.map((column) => [column.name, new ColumnBuffer(column)]));
    const bufferOf = (name: string): ColumnBuffer => {
      const buffer = byName.get(name);
      if (buffer === undefined) throw new Error(`no column ${name}`);
      return buffer;
    };
    this.buffers = [...byName.values()];
    const fields = contentColumns(source);
    this.#typed = new TypedColumns(
      fields,
      fields.map(({ name }) => bufferOf(name)),
    );
    this.#datetime = bufferOf('datetime');
    this.#label = bufferOf('label');
    this.#uri = bufferOf('uri');
    this.#datetimeText = bufferOf('datetime_text');
    this.#timeBucketId = bufferOf('time_bucket_id');
    this.#contentSizeBytes = bufferOf('content_size_bytes');
    this.#content = bufferOf('content');
    this.#contentForm = bufferOf('content_form');
  }

  get isFull(): boolean {
    return this.#typed.isFull;
  }

  add(row: RowView, moment: MomentScanner, oddities: OddityCounts): boolean {
    const form = this.#typed.add(row, oddities);
    if (form === undefined) {
      oddities.keptContent += 1;
      this.#next(this.#content).addBytes(row.bytes, row.contentStart, row.contentEnd);
    } else this.#next(this.#contentForm).addBytes(form.bytes, 0, form.bytes.byteLength);
    this.#addMoment(row, moment);
    if (row.labelStart >= 0)
      this.#next(this.#label).addBytes(row.bytes, row.labelStart, row.labelEnd);
    this.#uri.addBytes(row.bytes, row.uriStart, row.uriEnd);
    this.#timeBucketId.addInteger(row.timeBucketId);
    if (row.contentSizeBytes !== row.contentEnd - row.contentStart)
      this.#next(this.#contentSizeBytes).addInteger(row.contentSizeBytes);
    this.#rows += 1;
    return true;
  }

  #addMoment(row: RowView, { found, canonical, seconds, microseconds }: MomentScanner): void {
    if (found && Math.abs(seconds) < MAX_EXACT_SECONDS)
      this.#next(this.#datetime).addInteger(seconds * 1e6 + microseconds);
    else if (found)
      this.#next(this.#datetime).addBigInteger(BigInt(seconds) * 1_000_000n + BigInt(microseconds));
    if (!canonical)
      this.#next(this.#datetimeText).addBytes(row.bytes, row.datetimeStart, row.datetimeEnd);
  }

  /** The buffer, ready for this row's cell. */
  #next(buffer: ColumnBuffer): ColumnBuffer {
    buffer.padTo(this.#rows);
    return buffer;
  }

  complete(): void {
    for (const buffer of this.buffers) buffer.padTo(this.#rows);
  }

  clear(): void {
    this.#rows = 0;
    this.#typed.clear();
    for (const buffer of this.buffers) buffer.clear();
  }
}
