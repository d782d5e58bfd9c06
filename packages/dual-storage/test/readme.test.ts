import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Side, STAGE_RULES, STAGES } from '../src/index.ts';

const NAMES: Readonly<Record<Side, string>> = { huggingface: 'Hugging Face', s3: 'S3' };
const nameOf = (side: Side | undefined): string => (side === undefined ? '-' : NAMES[side]);

it("the README's table is the code's table", () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const rows = STAGES.map((stage) => {
    const { writes, decides, answers, fallback, compared } = STAGE_RULES[stage];
    const written = writes.map(nameOf).join(', ');
    const cells = [written, ...[decides, answers, fallback, compared].map(nameOf)];
    return `| \`${stage}\` | ${cells.join(' | ')} |`;
  });
  // A formatter may line the columns up.
  const written = readme
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replaceAll(/ +/g, ' '));
  expect(written.slice(0, rows.length)).toEqual(rows);
});
