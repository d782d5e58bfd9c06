import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { compileKernel, sourceOf } from '../scripts/build-wasm.mjs';
import { decodeText, encodingKey } from '../src/index.ts';
import { encodeColumnText } from '../src/privacy/encode-column-text.ts';
import { fernetEncrypt, paddedBase64Url } from '../src/privacy/fernet.ts';
import { ColumnBuffer } from '../src/writing/columns/column-buffer.ts';

// The compiler takes its time, and so do many cases on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const keyBytes = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
const key = encodingKey(keyBytes);
const TIME = 1_893_456_000;

function encoded(texts: readonly (string | null)[]): (string | null)[] {
  const column = { name: 'a', type: 'string' } as const;
  const clear = new ColumnBuffer(column);
  for (const text of texts) clear.addCell(text);
  const target = new ColumnBuffer(column);
  encodeColumnText(clear, target, key, TIME);
  expect(target.rows).toBe(texts.length);
  let value = 0;
  return texts.map((_, row) => {
    if (target.definition.bytes[row] === 0) return null;
    const start = value === 0 ? 0 : (target.ends.items[value - 1] ?? 0);
    const end = target.ends.items[value];
    value += 1;
    return target.values.bytes.toString('latin1', start + 4, end);
  });
}

describe('a batch of encoded texts', () => {
  test('holds the very tokens that the plain way makes with their IVs', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ minLength: 14, maxLength: 18 }),
    );
    fc.assert(
      fc.property(fc.array(fc.option(text), { maxLength: 40 }), (texts) => {
        const clear = texts.map((item) => (item === null ? null : item.toWellFormed()));
        for (const [index, result] of encoded(clear).entries()) {
          const plain = clear[index] ?? null;
          expect(result === null).toBe(plain === null);
          if (result === null || plain === null) continue;
          const token = Buffer.from(Buffer.from(result, 'base64url').toString(), 'base64url');
          const iv = token.subarray(9, 25);
          const expected = fernetEncrypt(key, Buffer.from(plain), TIME, iv);
          expect(result).toBe(paddedBase64Url(Buffer.from(expected)));
          expect(decodeText(key, result)).toBe(plain);
        }
      }),
    );
  });

  test('has an IV of its own for each, also for equal texts', () => {
    const results = encoded(Array(10_000).fill('the same'));
    expect(new Set(results).size).toBe(10_000);
    for (const result of results.slice(4_090, 4_100))
      expect(decodeText(key, result ?? '')).toBe('the same');
  });

  test('takes texts that are larger than a batch', () => {
    const large = 'x'.repeat(700_000);
    const results = encoded(['a', large, null, 'b']);
    expect(results.map((result) => result && decodeText(key, result))).toEqual([
      'a',
      large,
      null,
      'b',
    ]);
  });
});

test('the kernel is what its source compiles to', async () => {
  const path = new URL('../src/privacy/fernet-kernel-bytes.ts', import.meta.url);
  expect(readFileSync(path, 'utf8')).toBe(sourceOf(await compileKernel()));
});

const hasCryptography =
  spawnSync('python3', ['-c', 'import cryptography.fernet'], { stdio: 'ignore' }).status === 0;
if (!hasCryptography && process.env.DATA_UNIVERSE_REQUIRE_ALL === '1')
  throw new Error('python3 with the package cryptography is required');
const title = "Python's cryptography reads what a batch holds";

test.skipIf(!hasCryptography)(
  hasCryptography ? title : `${title} (python3 or its package cryptography is absent)`,
  () => {
    const texts = ['@somebody', '', 'https://x.com/a/status/1', 'näme 🦊', 'y'.repeat(5_000)];
    const script = `
import base64, json, sys
from cryptography.fernet import Fernet
given = json.load(sys.stdin)
fernet = Fernet(given["key"])
print(json.dumps([fernet.decrypt(base64.urlsafe_b64decode(t)).decode() for t in given["texts"]]))`;
    const given = { key: paddedBase64Url(keyBytes), texts: encoded(texts) };
    const output = execFileSync('python3', ['-c', script], { input: JSON.stringify(given) });
    expect(JSON.parse(String(output))).toEqual(texts);
  },
);
