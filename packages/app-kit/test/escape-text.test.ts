import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeJson } from '../src/escape-text.ts';
import { escapeLines, escapeText } from '../src/index.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they must be gone.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

describe('escaped text', () => {
  it.each([
    ['a colour', '\u001b[31mred', '\\u001b[31mred'],
    ['a carriage return that hides a line', 'good\rbad', 'good\\u000dbad'],
    ['reordered text', 'exe\u202Egpj', 'exe\\u202egpj'],
    ['a C1 control', '\u009b2J', '\\u009b2J'],
    ['half a surrogate pair', 'a\ud800b', 'a\\ud800b'],
    ['a line feed', 'a\nb', 'a\\u000ab'],
  ])('shows %s', (_name, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it('leaves the scripts of the world as they are', () => {
    const text = 'Grüße, 数据, données, 👩‍💻, ﷽, नमस्ते';
    expect(escapeText(text)).toBe(text);
  });

  it('never holds a control character', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeText(text)).not.toMatch(CONTROL);
        expect(escapeLines(text).split('\n')).toHaveLength(text.split('\n').length);
        expect(escapeText(text).isWellFormed()).toBe(true);
      }),
    );
  });

  it('as JSON still says the same', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = escapeJson(JSON.stringify([text], undefined, 2));
        expect(JSON.parse(json)).toEqual([text]);
        expect(json.replaceAll('\n', '')).not.toMatch(CONTROL);
      }),
    );
  });
});
