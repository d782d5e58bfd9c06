import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { decodeText, encodeText, encodingKey, parseEncodingKey } from '../src/index.ts';
import { fernetDecrypt, fernetEncrypt } from '../src/privacy/fernet.ts';
import { utf8 } from './support/entities.ts';

// Many cases a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 60_000 });

interface Vectors {
  key: string;
  generate: { time: number; iv: number[]; plain: string; token: string }[];
  refused: { why: string; token: string }[];
}
const vectors = JSON.parse(
  readFileSync(new URL('vectors/fernet.json', import.meta.url), 'utf8'),
) as Vectors;
const key = parseEncodingKey(JSON.stringify({ sym_key: vectors.key }));

describe('Fernet', () => {
  test.each(vectors.generate)('makes the token of the specification for $plain', (vector) => {
    const token = fernetEncrypt(key, utf8(vector.plain), vector.time, Uint8Array.from(vector.iv));
    expect(token).toBe(vector.token);
    expect(Buffer.from(fernetDecrypt(key, token) ?? []).toString()).toBe(vector.plain);
  });

  test.each(vectors.refused)('refuses a token that is $why', ({ token }) => {
    expect(fernetDecrypt(key, token)).toBeUndefined();
  });

  test('refuses every token with a changed byte', () => {
    const token = Buffer.from(fernetEncrypt(key, utf8('somebody')), 'base64url');
    for (let index = 0; index < token.byteLength; index += 1) {
      const changed = Buffer.from(token);
      changed[index] = (changed[index] ?? 0) ^ 1;
      const padded = changed.toString('base64url').padEnd(Math.ceil(token.byteLength / 3) * 4, '=');
      expect(fernetDecrypt(key, padded)).toBeUndefined();
    }
  });
});

describe('an encoded text', () => {
  test('is a Fernet token in base64 once more, with its padding', () => {
    const encoded = encodeText(key, 'somebody');
    expect(encoded).toMatch(/^[A-Za-z0-9_-]+={0,2}$/);
    expect(encoded.length % 4).toBe(0);
    const token = Buffer.from(encoded, 'base64url').toString('latin1');
    expect(token).toMatch(/^gAAAAA/);
    expect(token.length % 4).toBe(0);
  });

  test('comes back with its own key and with no other', () => {
    const other = encodingKey(new Uint8Array(32).fill(7));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const encoded = encodeText(key, text);
        expect(decodeText(key, encoded)).toBe(text);
        expect(decodeText(other, encoded)).toBeUndefined();
      }),
    );
  });

  test('is new each time', () => {
    expect(encodeText(key, 'somebody')).not.toBe(encodeText(key, 'somebody'));
  });

  test.each(['', 'AAAA', 'not base64 at all', '=='])('is not %j', (text) => {
    expect(decodeText(key, text)).toBeUndefined();
  });
});

describe('a key file', () => {
  test.each([
    '',
    'not JSON',
    '{}',
    JSON.stringify({ sym_key: vectors.key.slice(0, -1) }),
    JSON.stringify({ sym_key: vectors.key.replace('_', '/') }),
    JSON.stringify({ sym_key: 5 }),
    vectors.key,
  ])('that is wrong is refused without quoting it', (text) => {
    let error: unknown;
    try {
      parseEncodingKey(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'EncodingKeyError', code: 'BadKey', retryable: false });
    expect(inspect(error)).not.toContain(vectors.key.slice(0, 20));
  });

  test('shows none of its bytes when inspected', () => {
    const shown = inspect(key, { depth: 10, showHidden: true });
    expect(shown).not.toContain(vectors.key.slice(0, 20));
    expect(shown).not.toMatch(/Uint8Array|Buffer/);
  });

  test('has 32 bytes', () => {
    expect(() => encodingKey(new Uint8Array(31))).toThrow('an encoding key has 32 bytes, not 31');
  });
});
