import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeName, namesOfKey, namesOfPrefix } from '../src/file-system/entry-name.ts';

const segment = fc
  .oneof(
    { weight: 5, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }) },
    { weight: 3, arbitrary: fc.stringMatching(/^[aAbB.%~+_2fF-]{1,8}$/) },
    { weight: 1, arbitrary: fc.stringMatching(/^[aA.é]{150,220}$/) },
  )
  .filter((text) => text.isWellFormed() && !text.includes('/') && !/^\.{1,2}$/.test(text));
const key = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

function decodedKey(names: readonly string[]): string {
  const bytes = names.map((name) => decodeName(name)?.bytes ?? '?').join('');
  return Buffer.from(bytes, 'latin1').toString();
}

/** As a file system that ignores case and normalises Unicode sees a path. */
function folded(names: readonly string[]): string {
  return names.join('/').normalize('NFC').toLowerCase();
}

describe('the names of a key in a file system', () => {
  it('are plain ASCII of at most 255 bytes that climb nowhere and hide nothing', () => {
    fc.assert(
      fc.property(key, (text) => {
        for (const name of namesOfKey(text)) {
          expect(name).toMatch(/^[!-~]{1,255}$/);
          expect(name).not.toContain('/');
          expect(name.startsWith('.')).toBe(false);
        }
      }),
    );
  });

  it('give the key back', () => {
    fc.assert(
      fc.property(key, (text) => {
        expect(decodedKey(namesOfKey(text))).toBe(text);
      }),
    );
  });

  it('stay apart where the file system ignores case', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        fc.pre(a !== b);
        expect(folded(namesOfKey(a))).not.toBe(folded(namesOfKey(b)));
      }),
      { numRuns: 2000 },
    );
    expect(folded(namesOfKey('Aa'))).not.toBe(folded(namesOfKey('aA')));
    expect(folded(namesOfKey('é'))).not.toBe(folded(namesOfKey('e\u0301')));
  });

  it('keep a plain lower-case file name as it is', () => {
    expect(namesOfKey('data/x/data_20250101_000000_12_ab.parquet')).toEqual([
      'data%2f',
      'x%2f',
      'data_20250101_000000_12_ab.parquet',
    ]);
  });

  it('escape a segment that goes on with dots where it was cut', () => {
    const names = namesOfKey(`${'a'.repeat(158)}..`);
    expect(names.at(-1)).toBe('%2e.');
  });

  it('begin with those of every prefix of the key', () => {
    expect(namesOfPrefix('')).toEqual([]);
    expect(namesOfKey('a/b/c').slice(0, 2)).toEqual(namesOfPrefix('a/b/'));
  });

  it.each(['%tmp', 'é', 'a%', 'a%2F', 'a b', '%zz'])('never are %j', (name) => {
    expect(decodeName(name)).toBeUndefined();
  });
});
