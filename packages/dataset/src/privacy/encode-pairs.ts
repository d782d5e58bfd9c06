import { ColumnBuffer } from '../writing/columns/column-buffer.ts';
import { encodeColumnText } from './encode-column-text.ts';
import type { PrivacyKeys } from './encoding-key.ts';

const COLUMN = { name: 'text', type: 'string', required: true } as const;

/** Usernames and URLs as the public form holds them; as `encodeText`, for many at once. */
export function encodePairs(
  pairs: readonly (readonly [username: string, url: string])[],
  keys: PrivacyKeys,
): (readonly [username: string, url: string])[] {
  const side = (index: 0 | 1, key: PrivacyKeys['url']): string[] => {
    const clear = new ColumnBuffer(COLUMN);
    const encoded = new ColumnBuffer(COLUMN);
    for (const pair of pairs) clear.addCell(pair[index]);
    encodeColumnText(clear, encoded, key);
    return pairs.map((_, row) => {
      const start = row === 0 ? 0 : (encoded.ends.items[row - 1] as number);
      return encoded.values.bytes.toString('latin1', start + 4, encoded.ends.items[row]);
    });
  };
  const urls = side(1, keys.url);
  return side(0, keys.username).map((username, row) => [username, urls[row] ?? '']);
}
