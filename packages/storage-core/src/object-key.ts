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

function refuse(key: string, why: string): never {
  throw new StorageError({
    code: 'InvalidKey',
    operation: 'parse',
    key: key.slice(0, 200),
    message: why,
  });
}

function checkSegments(text: string, segments: readonly string[]): void {
  if (!text.isWellFormed()) refuse(text, 'a key must be well-formed Unicode');
  if (Buffer.byteLength(text) > MAX_KEY_BYTES)
    refuse(text, `a key has at most ${MAX_KEY_BYTES} bytes`);
  if (CONTROL.test(text)) refuse(text, 'a key may not contain control characters');
  if (text.includes('\\')) refuse(text, 'a key may not contain a backslash');
  for (const segment of segments) {
    if (segment === '') refuse(text, 'a key may not begin or end with "/" nor contain "//"');
    if (segment === '.' || segment === '..')
      refuse(text, 'a key may not contain "." or ".." segments');
  }
}

/** Parses a key. Throws StorageError InvalidKey. */
export function parseObjectKey(text: string): ObjectKey {
  checkSegments(text, text.split('/'));
  return text as ObjectKey;
}

/** Parses a prefix of whole segments: `''` or `a/b/`. Throws StorageError InvalidKey. */
export function parseKeyPrefix(text: string): KeyPrefix {
  if (text === '') return text as KeyPrefix;
  if (!text.endsWith('/')) refuse(text, 'a prefix is empty or ends with "/"');
  checkSegments(text, text.slice(0, -1).split('/'));
  return text as KeyPrefix;
}

/** The key of an object below a prefix; each name is one segment or several. */
export function keyUnder(prefix: KeyPrefix, name: string): ObjectKey {
  return parseObjectKey(`${prefix}${name}`);
}
