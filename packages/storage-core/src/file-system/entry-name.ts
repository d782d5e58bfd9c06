import { Buffer } from 'node:buffer';

/**
 * How a key becomes names in a file system. A file is named as its segment, a folder as its segment
 * with the slash (`a%2f`), so that `a` and `a/b` both have a place. Bytes outside a plain set are
 * escaped, and capitals are repeated as a bit mask (`A` is `A%~1`), so that no two keys meet where
 * the file system ignores case or normalises Unicode. What is too long for one name goes on inside
 * a folder whose name ends in `%+`.
 */
const PLAIN = /^[A-Za-z0-9._=+@,~-]$/;
const NAME = /^((?:[A-Za-z0-9._=+@,~-]|%(?!2f)[0-9a-f]{2})*|%_)(?:%~([0-9a-f]+))?(%2f|%\+)?$/;

/** With the case mask and the ending a name has at most 205 of the 255 bytes a file system allows. */
const PIECE_LENGTH = 160;
const LONGEST_UNIT = 3;
const EMPTY = '%_';
const FOLDER = '%2f';
const CONTINUED = '%+';

/** Begins with what no encoded name has: the backend's own folder, in no listing. */
export const RESERVED_FOLDER = '%tmp';

/** The folders and the file of a key, from the root down. */
export function namesOfKey(key: string): string[] {
  const segments = key.split('/');
  const file = segments.pop() ?? '';
  return [...segments.flatMap((segment) => encode(segment, FOLDER)), ...encode(file, '')];
}

/** The folders of a prefix such as `a/b/`. */
export function namesOfPrefix(prefix: string): string[] {
  return prefix
    .split('/')
    .slice(0, -1)
    .flatMap((segment) => encode(segment, FOLDER));
}

export interface DecodedName {
  readonly folder: boolean;
  /** What it adds to the key, one character for each UTF-8 byte; a folder's slash included. */
  readonly bytes: string;
}

/** Undefined for a name that this backend never gives; the caller checks the whole path again. */
export function decodeName(name: string): DecodedName | undefined {
  const [, piece, , ending] = NAME.exec(name) ?? [];
  if (piece === undefined) return undefined;
  const bytes =
    piece === EMPTY
      ? ''
      : piece.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { folder: ending !== undefined, bytes: ending === FOLDER ? `${bytes}/` : bytes };
}

function encode(segment: string, ending: string): string[] {
  const names: string[] = [];
  let units: string[] = [];
  let length = 0;
  for (const byte of Buffer.from(segment)) {
    const unit = encodeByte(byte, units.length === 0);
    units.push(unit);
    length += unit.length;
    // Also when nothing follows: so no key has a file or folder beside a continuation that it begins.
    if (length > PIECE_LENGTH - LONGEST_UNIT) {
      names.push(nameOf(units, CONTINUED));
      units = [];
      length = 0;
    }
  }
  return [...names, nameOf(units, ending)];
}

function encodeByte(byte: number, first: boolean): string {
  const character = String.fromCharCode(byte);
  // A leading dot would hide the file, and `..` left over from a long segment would climb.
  const plain = PLAIN.test(character) && !(first && character === '.');
  return plain ? character : `%${byte.toString(16).padStart(2, '0')}`;
}

function nameOf(units: readonly string[], ending: string): string {
  const bits = units.map((unit) => (/^[A-Z]$/.test(unit) ? '1' : '0')).join('');
  const mask = bits.includes('1') ? `%~${BigInt(`0b${bits}`).toString(16)}` : '';
  return `${units.join('') || EMPTY}${mask}${ending}`;
}
