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
    const { bytes } = row;
    const form = this.#typed.add(row, oddities);
    if (form === undefined) {
      oddities.keptContent += 1;
      this.#content.addBytes(bytes, row.contentStart, row.contentEnd);
      this.#contentForm.addNull();
    } else {
      this.#content.addNull();
      this.#contentForm.addBytes(form.bytes, 0, form.bytes.byteLength);
    }
    if (!moment.found) this.#datetime.addNull();
    else if (Math.abs(moment.seconds) < MAX_EXACT_SECONDS)
      this.#datetime.addInteger(moment.seconds * 1e6 + moment.microseconds);
    else
      this.#datetime.addBigInteger(
        BigInt(moment.seconds) * 1_000_000n + BigInt(moment.microseconds),
      );
    if (moment.canonical) this.#datetimeText.addNull();
    else this.#datetimeText.addBytes(bytes, row.datetimeStart, row.datetimeEnd);
    if (row.labelStart < 0) this.#label.addNull();
    else this.#label.addBytes(bytes, row.labelStart, row.labelEnd);
    this.#uri.addBytes(bytes, row.uriStart, row.uriEnd);
    this.#timeBucketId.addInteger(row.timeBucketId);
    if (row.contentSizeBytes === row.contentEnd - row.contentStart)
      this.#contentSizeBytes.addNull();
    else this.#contentSizeBytes.addInteger(row.contentSizeBytes);
    return true;
  }

  complete(): void {}

  clear(): void {
    this.#typed.clear();
    for (const buffer of this.buffers) buffer.clear();
  }
}
