import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { load } from './support/load.ts';
import { settingsTables } from './support/settings-tables.ts';

const page = new URL('../../../docs/configuration.md', import.meta.url);
const BEGIN = '<!-- generated from the schema: pnpm --filter @data-universe/app-kit run docs -->';
const END = '<!-- end of the generated part -->';

/** Formatters line the columns of a table up. */
function plain(markdown: string): string {
  return markdown.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---').trim();
}

async function generatedPart(): Promise<{ before: string; part: string; after: string }> {
  const text = await readFile(page, 'utf8');
  const begin = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END);
  if (begin < BEGIN.length || end < begin) throw new Error('the page has lost its marks');
  return { before: text.slice(0, begin), part: text.slice(begin, end), after: text.slice(end) };
}

describe('docs/configuration.md', () => {
  it('has the tables of the schema', async () => {
    const { before, part, after } = await generatedPart();
    if (process.env.DATA_UNIVERSE_WRITE_DOCS === '1') {
      await writeFile(page, `${before}\n\n${settingsTables()}\n\n${after}`);
      return;
    }
    expect(plain(part)).toBe(plain(settingsTables()));
  });

  it('shows configurations that are accepted as they stand', async () => {
    const text = await readFile(page, 'utf8');
    const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);
    expect(examples.length).toBeGreaterThan(0);
    for (const yaml of examples) await load({ yaml });
  });
});
