import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import {
  ACCESS_REQUEST_DOMAIN,
  accessGrantSchema,
  accessRefusalSchema,
  accessRequestBytes,
  accessRequestSchema,
  MAX_REQUEST_SECONDS,
  SOURCE_NAMES,
  verifyAccessRequestSignature,
} from '../src/index.ts';

let document: string;

beforeAll(async () => {
  document = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
});

/** The names in the first column of the first table behind a text. */
function namesAfter(text: string): string[] {
  const table = document
    .slice(document.indexOf(text))
    .split('\n\n')
    .find((part) => part.startsWith('|'));
  return (table ?? '')
    .split('\n')
    .slice(2)
    .flatMap((line) => Array.from((line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)))
    .map(([, name = '']) => name);
}

function jsonBlocks(): unknown[] {
  return Array.from(document.matchAll(/```json\n([\s\S]*?)```/g), ([, json = '']) =>
    JSON.parse(json),
  );
}

it('has every field of a request in its table', () => {
  const fields = accessRequestSchema.options.flatMap((option) => Object.keys(option.shape));
  expect(namesAfter('## The request').sort()).toEqual([...new Set(fields)].sort());
});

it('has every field of a grant in its table', () => {
  const { credentials, ...others } = accessGrantSchema.shape;
  const fields = [
    ...Object.keys(others),
    ...Object.keys(credentials.shape).map((name) => `credentials.${name}`),
  ];
  expect(
    namesAfter('## The answer')
      .filter((name) => name !== 'x-request-id')
      .sort(),
  ).toEqual(fields.sort());
});

it('shows a request that its hotkey signed, with its signed bytes', () => {
  const request = accessRequestSchema.parse(jsonBlocks()[0]);
  expect(verifyAccessRequestSignature(request)).toBe(true);
  const { signature: _, ...unsigned } = request;
  const [domain, text] = Buffer.from(accessRequestBytes(unsigned)).toString().split('\n');
  expect(domain).toBe(ACCESS_REQUEST_DOMAIN);
  expect(document).toContain(`\`\`\`\n${domain}\n{the RFC 8785 text`);
  expect(document).toContain(`\`\`\`\n${text}\n\`\`\``);
});

it('shows a refusal that clients understand', () => {
  expect(accessRefusalSchema.safeParse(jsonBlocks()[1]).success).toBe(true);
});

it('names the longest life of a request and each source', () => {
  expect(document).toContain(`1 to ${MAX_REQUEST_SECONDS} after \`issued_at\``);
  for (const source of SOURCE_NAMES) expect(document).toContain(`\`${source}\``);
});
