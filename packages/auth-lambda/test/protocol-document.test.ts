import { readFile } from 'node:fs/promises';
import { MAX_REQUEST_SECONDS, REFUSAL_CODES, type RefusalCode } from '@data-universe/core-auth';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Refusal } from '../src/decision/refusal.ts';
import { MAX_BODY_BYTES, MAX_CLOCK_SKEW_SECONDS } from '../src/index.ts';
import { OLDER_FORMS } from '../src/wire/older-forms.ts';

let document: string;

beforeAll(async () => {
  document = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
});

/** The rows of the table whose heading begins like this, as cells. */
function table(heading: string): string[][] {
  const part = document.split('\n\n').find((text) => text.startsWith(heading)) ?? '';
  return part
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

const isCode = (text: string): text is RefusalCode => REFUSAL_CODES.some((code) => code === text);

it('lists each refusal code once, with its status and whether to retry', () => {
  const listed = table('| code').map(([code = '', status, retryable]) => {
    if (!isCode(code)) throw new Error(`${code} is no refusal code`);
    const refusal = new Refusal(code, '');
    expect([code, Number(status), retryable === 'yes']).toEqual([
      code,
      refusal.status,
      refusal.retryable,
    ]);
    return code;
  });
  expect(listed.toSorted()).toEqual(REFUSAL_CODES.toSorted());
});

it('names each refusal code in the order of the checks', () => {
  const named = table('| step').flatMap(([, refusals = '']) => refusals.split(', '));
  expect(new Set(named)).toEqual(new Set(REFUSAL_CODES));
});

it('shows of each older form a request that is granted, with its signed text', async () => {
  const folder = new URL('../vectors/', import.meta.url);
  const { vectors } = z
    .object({
      vectors: z.array(
        z.object({
          form: z.string(),
          status: z.int(),
          headers: z.record(z.string(), z.string()).default({}),
          body: z.string().default(''),
          signed_text: z.string().optional(),
        }),
      ),
    })
    .parse(JSON.parse(await readFile(new URL('exchanges.json', folder), 'utf8')));
  const section = document.slice(document.indexOf('## Older forms'));
  const blocks = Array.from(
    section.matchAll(/```(?:json)?\n([\s\S]*?)\n```/g),
    ([, text = '']) => text,
  );
  const bodies = blocks
    .filter((text) => text.startsWith('{\n'))
    .map((text): unknown => JSON.parse(text));
  for (const form of OLDER_FORMS) {
    expect(section).toContain(`\`${form}\``);
    const shown = vectors.find(
      (vector) =>
        vector.form === form && vector.status === 200 && blocks.includes(vector.signed_text ?? ''),
    );
    const headers = Object.entries(shown?.headers ?? {}).map((pair) => pair.join(': '));
    if (headers.length > 0) expect(blocks).toContain(headers.join('\n'));
    const body = shown?.body ?? '';
    // Tao v2 signs the very bytes of its body; the others sign fields.
    if (form === 'tao-v2') expect(blocks).toContain(body);
    else expect(bodies).toContainEqual(JSON.parse(body));
  }
});

it('gives the limits of the code', () => {
  expect(document).toContain(`at most ${MAX_BODY_BYTES.toLocaleString('en')} bytes`);
  expect(document).toContain(`more than ${MAX_CLOCK_SKEW_SECONDS} seconds ahead`);
  expect(document).toContain(
    `remembers it for ${MAX_REQUEST_SECONDS + 2 * MAX_CLOCK_SKEW_SECONDS} seconds`,
  );
});
