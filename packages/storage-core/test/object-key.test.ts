import {
  compareKeys,
  isObjectKey,
  isStorageError,
  keyUnder,
  MAX_KEY_BYTES,
  parseKeyPrefix,
  parseObjectKey,
} from '@data-universe/storage-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const character = fc.oneof(
  fc.constantFrom('a', 'Z', '.', '/', '\\', ' ', '%', '\u0000', '\u001f', '\u007f', '\u2028', 'é'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
);
const anyText = fc.array(character, { maxLength: 12 }).map((parts) => parts.join(''));

/** The rules again, one character and one segment at a time. */
function isKeyByTheRules(text: string): boolean {
  if (!text.isWellFormed() || new TextEncoder().encode(text).length > 1024) return false;
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
    if (code === 0x2028 || code === 0x2029 || c === '\\') return false;
  }
  return text.split('/').every((segment) => !['', '.', '..'].includes(segment));
}

function refusal(text: string): string | undefined {
  try {
    parseObjectKey(text);
    return undefined;
  } catch (error) {
    return isStorageError(error) ? error.code : 'another error';
  }
}

describe('parseObjectKey', () => {
  it('accepts exactly what the rules allow', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const allowed = isKeyByTheRules(text);
        expect(refusal(text)).toBe(allowed ? undefined : 'InvalidKey');
        expect(isObjectKey(text)).toBe(allowed);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/../b',
    './a',
    'a/.',
    'a\nb',
    'a\u0085b',
    'a\\b',
    '\ud800',
  ])('refuses %j', (text) => {
    expect(refusal(text)).toBe('InvalidKey');
  });

  it('counts bytes, not characters', () => {
    expect(refusal('a'.repeat(MAX_KEY_BYTES))).toBeUndefined();
    expect(refusal('a'.repeat(MAX_KEY_BYTES + 1))).toBe('InvalidKey');
    expect(refusal('é'.repeat(MAX_KEY_BYTES / 2))).toBeUndefined();
    expect(refusal(`${'é'.repeat(MAX_KEY_BYTES / 2)}a`)).toBe('InvalidKey');
  });

  it('names the key and the rule, and shortens a long key', () => {
    expect(() => parseObjectKey('a/../b')).toThrow(/"a\/\.\.\/b".*"\.\."/);
    expect(() => parseObjectKey('x'.repeat(5000))).toThrow(/^.{200,300}$/);
  });
});

describe('parseKeyPrefix', () => {
  it('accepts the empty prefix and whole segments', () => {
    expect(parseKeyPrefix('')).toBe('');
    expect(parseKeyPrefix('a/')).toBe('a/');
    expect(parseKeyPrefix('a/b/')).toBe('a/b/');
  });

  it.each(['a', '/', '//', 'a//', '../', 'a/./', '/a/'])('refuses %j', (text) => {
    expect(() => parseKeyPrefix(text)).toThrow(expect.objectContaining({ code: 'InvalidKey' }));
  });

  it('leads to keys that are parsed again', () => {
    expect(keyUnder(parseKeyPrefix('a/'), 'b/c')).toBe('a/b/c');
    expect(() => keyUnder(parseKeyPrefix('a/'), '../b')).toThrow(
      expect.objectContaining({ code: 'InvalidKey' }),
    );
  });
});

describe('compareKeys', () => {
  it('orders as the UTF-8 bytes do', () => {
    const text = fc.array(
      fc.constantFrom('a', 'b', '/', 'é', '\u{ffee}', '\u{10000}', '\u{1f984}', '\ud7ff', '\ue000'),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(text, text, (left, right) => {
        const [a, b] = [left.join(''), right.join('')];
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareKeys(a, b))).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
