import { randomBytes } from 'node:crypto';

export const MEBIBYTE = 1024 * 1024;

/** Names that have tripped clients and servers: each must come back as it went. */
const ODD_NAMES = [
  'with space.bin',
  'plus+and=equals&amp;.bin',
  'per%cent%2Fand%41.bin',
  'quote"s\'and<angles>.bin',
  'unicode é 日本 😀.bin',
  // Both ways to write the same letter: two keys.
  'cafe\u0301.bin',
  'caf\u00e9.bin',
  "!(star*)'~$@,;:.bin",
  'deep/er/and/deeper.bin',
];

/** Nothing, little, 20 MB, and every odd name. */
export function sampleFiles(): Record<string, Uint8Array> {
  return {
    'empty.bin': new Uint8Array(),
    'small.bin': randomBytes(1000),
    'big/twenty.bin': randomBytes(20 * MEBIBYTE),
    ...Object.fromEntries(ODD_NAMES.map((name) => [`odd/${name}`, randomBytes(64)])),
  };
}
