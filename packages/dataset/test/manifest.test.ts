import { signerFromUri } from '@data-universe/core-auth';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { MAX_MANIFEST_BYTES, type Manifest, signManifest, verifyManifest } from '../src/index.ts';
import { firstManifest, identity, listed, signAnything } from './support/chain.ts';
import { alice } from './support/published.ts';

// Many cases a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 60_000 });

const bob = signerFromUri('//Bob');
const unsigned = firstManifest({ masked: [], checkpoint: null });
const bytes = signManifest(unsigned, alice);
const refused = (code: string) =>
  expect.objectContaining({ name: 'ManifestError', code, retryable: false });

function verifying(changed: Uint8Array, expected: object = identity): unknown {
  try {
    return verifyManifest(changed, { ...identity, ...expected });
  } catch (error) {
    return error;
  }
}

describe('a signed manifest', () => {
  test('is verified as what was signed', () => {
    const { signature, ...rest } = verifyManifest(bytes, { ...identity, sequence: 1 });
    expect(rest).toEqual(unsigned);
    expect(signature).toMatch(/^0x[0-9a-f]{128}$/);
  });

  test.each([
    ['hotkey', { hotkey: bob.address }],
    ['source', { source: 'reddit' }],
    ['network', { network: 'finney' }],
    ['netuid', { netuid: 14 }],
    ['sequence', { sequence: 2 }],
  ])('of another %s is refused', (_, expected) => {
    expect(verifying(bytes, expected)).toEqual(refused('WrongDataset'));
  });

  test('is not signed for somebody else', () => {
    expect(() => signManifest(unsigned, bob)).toThrow(refused('WrongDataset'));
  });

  test('that somebody else signed is refused', () => {
    const forged = signManifest({ ...unsigned, hotkey: bob.address }, bob).toString();
    const claimed = Buffer.from(forged.replace(bob.address, alice.address));
    expect(verifying(claimed)).toEqual(refused('BadSignature'));
  });

  test.each<[string, Partial<Manifest>]>([
    ['network', { network: 'other' }],
    ['netuid', { netuid: 14 }],
    ['source', { source: 'reddit' }],
    ['profile', { profile: 'encoded' }],
    ['sequence', { sequence: 2 }],
    ['previous', { previous: listed(9).sha256 }],
    ['created_at', { created_at: 1 }],
    ['added', { added: [] }],
    ['added', { added: [{ ...listed(1), size: 5 }] }],
    ['removed', { removed: [listed(2).name] }],
    ['masked', { masked: [{ name: listed(1).name, rows: [[0, 1]] }] }],
    ['checkpoint', { checkpoint: { files: [], masked: [] } }],
    ['totals', { totals: { files: 1, rows: 9, bytes: 1001 } }],
    ['signature', { signature: `0x${'0'.repeat(128)}` }],
  ])('with another %s than was signed is refused', (_, changes) => {
    const manifest = JSON.parse(bytes.toString()) as Manifest;
    const { signature } = manifest;
    const changed = JSON.parse(signAnything({ ...unsigned, ...changes }).toString()) as object;
    const resigned = canonical({ ...changed, signature: changes.signature ?? signature });
    const expected = { ...unsigned, ...changes };
    expect(verifying(resigned, { ...expected, sequence: undefined })).toEqual(
      refused('BadSignature'),
    );
  });

  test('with any byte changed is refused', () => {
    fc.assert(
      fc.property(
        fc.nat(bytes.byteLength - 1),
        fc.integer({ min: 1, max: 255 }),
        (at, difference) => {
          const changed = Uint8Array.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ difference;
          expect(verifying(changed)).toMatchObject({ name: 'ManifestError' });
        },
      ),
      { numRuns: 300 },
    );
  });
});

function canonical(value: object): Uint8Array {
  const sorted = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(sorted);
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
  };
  return Buffer.from(JSON.stringify(sorted(value)));
}

describe('malformed is', () => {
  const text = bytes.toString();
  test.each<[string, Uint8Array | string]>([
    ['nothing', ''],
    ['half a manifest', text.slice(0, 200)],
    ['another spacing', text.replace(',', ', ')],
    ['a final line feed', `${text}\n`],
    ['a byte order mark', `\uFEFF${text}`],
    ['another order of keys', JSON.stringify({ version: 1, ...JSON.parse(text) })],
    ['a repeated key', text.replace('"netuid":13', '"netuid":14,"netuid":13')],
    ['another spelling of a number', text.replace('"netuid":13', '"netuid":13.0')],
    ['another spelling of a text', text.replace('"network":"test"', '"network":"t\\u0065st"')],
    ['bytes that are not UTF-8', Buffer.from(text.replace('test', 't\u00ffst'), 'latin1')],
    ['deep nesting', '['.repeat(1_000_000)],
    ['an unsigned manifest', JSON.stringify(unsigned)],
    ['null', 'null'],
  ])('%s', (_, changed) => {
    expect(verifying(Buffer.from(changed))).toEqual(refused('Malformed'));
  });

  const odd: [string, object][] = [
    ['an unknown field', { extra: 1 }],
    ['another version', { version: 2 }],
    ['a fraction of a sequence', { sequence: 1.5 }],
    ['sequence 0', { sequence: 0 }],
    ['a sequence of 11 digits', { sequence: 10_000_000_000 }],
    ['an inexact number', { created_at: 2 ** 53 }],
    ['a negative count', { totals: { files: -1, rows: 0, bytes: 0 } }],
    ['a network with a slash', { network: 'a/b' }],
    ['an unknown source', { source: 'facebook' }],
    ['a hash in capitals', { previous: 'A'.repeat(64) }],
    ['a file outside the dataset', { removed: [`../${listed(1).name}`] }],
    ['a tiny block', { added: [{ ...listed(1), block_size: 1 }] }],
    ['a mask without rows', { masked: [{ name: listed(1).name, rows: [] }] }],
    ['a range of one number', { masked: [{ name: listed(1).name, rows: [[1]] }] }],
  ];
  test.each(odd)('%s, whoever signed it', (_, changes) => {
    expect(verifying(signAnything({ ...unsigned, ...changes }))).toEqual(refused('Malformed'));
  });
});

test('a manifest over the limit is neither signed nor read', () => {
  const removed = Array.from(
    { length: 320_000 },
    (_, rows) => `data_20260102_030405_${rows}_0123456789abcdef.parquet`,
  );
  expect(() => signManifest({ ...unsigned, removed }, alice)).toThrow(refused('TooLarge'));
  const over = new Uint8Array(MAX_MANIFEST_BYTES + 1);
  expect(verifying(over)).toEqual(refused('TooLarge'));
});

test('millions of problems are one refusal, whose memory does not grow with them', () => {
  const changed = Buffer.from(`{"added":[${'{},'.repeat(2_000_000)}{}]}`);
  const refusal = verifying(changed);
  expect(refusal).toEqual(refused('Malformed'));
  expect(refusal).not.toHaveProperty('cause');
});

test('what is wrong with a short manifest is said', () => {
  const changed = signAnything({ ...unsigned, sequence: 0 });
  expect(verifying(changed)).toMatchObject({ message: expect.stringMatching(/ at sequence: /) });
});
