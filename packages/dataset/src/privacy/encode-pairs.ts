import { ColumnBuffer } from '../writing/columns/column-buffer.ts';
import { encodeColumnText } from './encode-column-text.ts';
import type { PrivacyKeys } from './encoding-key.ts';

const COLUMN = { name: 'text', type: 'string', required: true } as const;

const clear = new ColumnBuffer(COLUMN);
const encoded = new ColumnBuffer(COLUMN);
/** Before a text in PLAIN encoding. */
const LENGTH_BYTES = 4;

/** Usernames and URLs as the public form holds them; as `encodeText`, for many at once. */
export function encodePairs(
  pairs: readonly (readonly [username: string, url: string])[],
  keys: PrivacyKeys,
): (readonly [username: string, url: string])[] {
  const side = (index: 0 | 1, key: PrivacyKeys['url']): string[] => {
    clear.clear();
    encoded.clear();
    for (const pair of pairs) clear.addCell(pair[index]);
    encodeColumnText(clear, encoded, key);
    // One string for all, of which the others are parts: cheaper than one by one.
    const text = encoded.values.bytes.toString('latin1', 0, encoded.values.length);
    return pairs.map((_, row) => {
      const start = row === 0 ? 0 : (encoded.ends.items[row - 1] as number);
      return text.slice(start + LENGTH_BYTES, encoded.ends.items[row]);
    });
  };
  const urls = side(1, keys.url);
  return side(0, keys.username).map((username, row) => [username, urls[row] ?? '']);
}
