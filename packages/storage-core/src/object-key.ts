import { StorageError } from './errors.ts';

declare const objectKeyBrand: unique symbol;
declare const keyPrefixBrand: unique symbol;

/** A key that every backend can hold: relative, `/`-separated, no segment empty, `.` or `..`. */
export type ObjectKey = string & { readonly [objectKeyBrand]: true };

/** Whole segments of a key: empty, or ending in `/`, so that `a/` never matches `ab/`. */
export type KeyPrefix = string & { readonly [keyPrefixBrand]: true };

/** Amazon S3's limit, in UTF-8 bytes. */
export const MAX_KEY_BYTES = 1024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Why a text is not a key, or undefined when it is one. */
function problemOf(text: string): string | undefined {
  if (!text.isWellFormed()) return 'a key must be well-formed Unicode';
  if (Buffer.byteLength(text) > MAX_KEY_BYTES) return `a key has at most ${MAX_KEY_BYTES} bytes`;
  if (CONTROL.test(text)) return 'a key may not contain control characters or line separators';
  if (text.includes('\\')) return 'a key may not contain a backslash';
  const segments = text.split('/');
  if (segments.includes('')) return 'a key may not be empty, begin or end with "/" or contain "//"';
  if (segments.includes('.') || segments.includes('..'))
    return 'a key may not contain "." or ".." segments';
  return undefined;
}

function refuse(text: string, message: string): never {
  const key = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  throw new StorageError({ code: 'InvalidKey', operation: 'parse', key, message });
}

/** For keys that someone else wrote, where a stray one is passed over. */
export function isObjectKey(text: string): text is ObjectKey {
  return problemOf(text) === undefined;
}

/** Parses a key. Throws StorageError InvalidKey. */
export function parseObjectKey(text: string): ObjectKey {
  const problem = problemOf(text);
  if (problem !== undefined) refuse(text, problem);
  return text as ObjectKey;
}

/** Parses a prefix of whole segments: `''` or `a/b/`. Throws StorageError InvalidKey. */
export function parseKeyPrefix(text: string): KeyPrefix {
  if (text !== '' && !text.endsWith('/')) refuse(text, 'a prefix is empty or ends with "/"');
  const problem = text === '' ? undefined : problemOf(text.slice(0, -1));
  if (problem !== undefined) refuse(text, problem);
  return text as KeyPrefix;
}

/** The key of an object below a prefix; each name is one segment or several. */
export function keyUnder(prefix: KeyPrefix, name: string): ObjectKey {
  return parseObjectKey(`${prefix}${name}`);
}

/** Orders keys by their UTF-8 bytes, as every backend lists them; `<` orders by UTF-16 units. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return utf8Rank(unitA) - utf8Rank(unitB);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, but lie below U+E000 in UTF-16. */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
