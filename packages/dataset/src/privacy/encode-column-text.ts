import type { ColumnBuffer } from '../writing/columns/column-buffer.ts';
import { encodeText } from './encode-text.ts';
import type { EncodingKey } from './encoding-key.ts';

/** Fills `encoded` with the texts of `clear`, each as `encodeText` makes it. */
export function encodeColumnText(
  clear: ColumnBuffer,
  encoded: ColumnBuffer,
  key: EncodingKey,
): void {
  let value = 0;
  let start = 0;
  for (let row = 0; row < clear.rows; row += 1) {
    if (clear.definition.bytes[row] === 0) {
      encoded.padTo(row + 1);
      continue;
    }
    const end = clear.ends.items[value] as number;
    encoded.addCell(encodeText(key, clear.values.bytes.toString('utf8', start + 4, end)));
    start = end;
    value += 1;
  }
}
