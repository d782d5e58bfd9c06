import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const DOCS = join(import.meta.dirname, '../../../docs');
const page = readFileSync(join(DOCS, 'threat-model.md'), 'utf8').replaceAll(
  /\n(?![\n|#-])\s*/g,
  ' ',
);

/** `[file](path) "name", "name"`: a file and the tests in it that a sentence rests on. */
const CLAIM = /\]\((\.\.\/[^)]+\.ts)\)((?:,? "[^"]+")+)/g;
const claims = Array.from(page.matchAll(CLAIM), ([, path = '', names = '']) =>
  Array.from(names.matchAll(/"([^"]+)"/g), ([, name = '']) => ({ path, name })),
).flat();

describe('each test that the threat model names', () => {
  test.each(claims)('is there: $name', ({ path, name }) => {
    const source = readFileSync(join(DOCS, path), 'utf8').replaceAll(/\\(['"`])/g, '$1');
    const quoted = ["'", '"', '`'].map((quote) => `${quote}${name}${quote}`);
    expect(
      quoted.some((text) => source.includes(text)),
      `${path} has no "${name}"`,
    ).toBe(true);
  });
});

test('each attack of the threat model names a test', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('|') && !line.includes('---'));
  const attacks = rows.filter((line) => line.split('|').length === 5 && line.includes('](../'));
  expect(attacks.length).toBeGreaterThan(40);
  const tables = page.split('\n## ').filter((section) => section.startsWith('Attacks'));
  for (const section of tables) {
    const [, , ...entries] = section.split('\n').filter((line) => line.startsWith('|'));
    for (const entry of entries) expect(entry).toMatch(new RegExp(CLAIM.source));
  }
});
