import { readFile } from 'node:fs/promises';
import { canonicalJson, isHotkeyAddress, signedBytes } from '@data-universe/core-auth';
import { sha256Of } from '@data-universe/storage-core';
import { beforeAll, expect, test } from 'vitest';
import {
  DEFAULT_BLOCK_SIZE,
  MANIFEST_DOMAIN,
  MAX_CONTENT_BYTES,
  MAX_MANIFEST_BYTES,
  manifestFileSchema,
  manifestSchema,
  parseDataFileName,
  verifyManifest,
} from '../src/index.ts';
import { MAX_COMMITS_BACK } from '../src/manifest/next-manifest.ts';

let document: string;

beforeAll(async () => {
  document = await readFile(new URL('../../../docs/manifest.md', import.meta.url), 'utf8');
});

/** The cells of the first table behind a text. */
function tableAfter(text: string): string[][] {
  const lines = document.slice(document.indexOf(text)).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > first && !line.startsWith('|'));
  return lines.slice(first + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const names = (table: string[][]) => table.map(([name = '']) => name.replaceAll('`', ''));

/** The RFC 8785 text of the example. */
function example(): string {
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(document) ?? [];
  return canonicalJson(JSON.parse(json));
}

test('the fields of a manifest in docs/manifest.md are those of the schema', () => {
  expect(names(tableAfter('One manifest is one commit')).sort()).toEqual(
    Object.keys(manifestSchema.shape).sort(),
  );
});

test('the fields of a file in docs/manifest.md are those of the schema', () => {
  expect(names(tableAfter('\nA file:')).sort()).toEqual(
    Object.keys(manifestFileSchema.shape).sort(),
  );
});

test('the example in docs/manifest.md is a signed manifest with the hash that is named', () => {
  const text = example();
  const { hotkey } = JSON.parse(text) as { hotkey: string };
  if (!isHotkeyAddress(hotkey)) throw new Error('the example has no hotkey');
  const manifest = verifyManifest(Buffer.from(text), {
    hotkey,
    source: 'x',
    network: 'finney',
    netuid: 13,
    sequence: 2,
  });
  expect(manifest.masked[0]?.rows).toHaveLength(2);
  expect(document).toContain(`\`${sha256Of(Buffer.from(text))}\``);
});

test('the signed bytes are the domain, a line feed and the canonical text, as docs/manifest.md says', () => {
  const { signature: _, ...unsigned } = JSON.parse(example()) as Record<string, unknown>;
  expect(document).toContain(`\`\`\`\n${MANIFEST_DOMAIN}\n{the RFC 8785 text`);
  expect(Buffer.from(signedBytes(MANIFEST_DOMAIN, unsigned)).toString()).toBe(
    `${MANIFEST_DOMAIN}\n${canonicalJson(unsigned)}`,
  );
});

test('the pattern of names in docs/manifest.md accepts what the code accepts', () => {
  const [, pattern = ''] = /name matches `([^`]+)`/.exec(document) ?? [];
  const accepts = new RegExp(pattern);
  for (const name of [
    'data_20261031_121457_3_16367aacb67a4a01.parquet',
    'data_20261031_121457_0_16367aacb67a4a01.parquet',
    'data_20261031_121457_03_16367aacb67a4a01.parquet',
    'data_20261031_121457_3_16367AACB67A4A01.parquet',
    'data_20261031_3_16367aacb67a4a01.parquet',
  ])
    expect(accepts.test(name), name).toBe(parseDataFileName(name) !== undefined);
});

test('the limits in docs/manifest.md are those of the code', () => {
  const limits = new Map(
    tableAfter('## Limits').map(([what = '', most = '']) => [
      what,
      Number.parseInt(most.replaceAll(',', ''), 10),
    ]),
  );
  expect(limits.get('a manifest')).toBe(MAX_MANIFEST_BYTES);
  expect(limits.get('commits back from the head to a checkpoint')).toBe(MAX_COMMITS_BACK);
  expect(limits.get('content of one row')).toBe(MAX_CONTENT_BYTES);
  const { block_size } = manifestFileSchema.shape;
  expect(document).toContain(`writers use ${DEFAULT_BLOCK_SIZE.toLocaleString('en')}`);
  expect(document).toContain('integer, 4,096 to 16,777,216');
  for (const [size, valid] of [
    [4_095, false],
    [4_096, true],
    [16_777_216, true],
    [16_777_217, false],
  ] as const)
    expect(block_size.safeParse(size).success).toBe(valid);
});
