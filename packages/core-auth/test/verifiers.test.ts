import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sr25519Verify } from '@polkadot/util-crypto/sr25519';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  accessRequestBytes,
  accessRequestSchema,
  addressOf,
  fromHex,
  publicKeyOf,
  type SignatureVerifier,
  signerFromSeed,
  signerFromUri,
  toHex,
  verifySignature,
} from '../src/index.ts';
import { loadFastVerifier } from '../src/verify-fast.ts';
import { verifyLean } from '../src/verify-lean.ts';

// Thousands of verifications a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 120_000 });

const VERIFIERS: readonly (readonly [string, SignatureVerifier])[] = [
  ['verifySignature', verifySignature],
  ['verifyLean', verifyLean],
  ['the one of loadFastVerifier', await loadFastVerifier()],
];

/** The order of the group. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
/** Of the field that points have their coordinates in. */
const FIELD = 2n ** 255n - 19n;

const alice = signerFromUri('//Alice');
const message = new TextEncoder().encode('message');
const valid = alice.sign(message);

/** What util-crypto itself says, with what it throws as no. */
function oracle(address: string, text: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = publicKeyOf(address);
  if (publicKey === undefined) return false;
  try {
    return sr25519Verify(text, signature, publicKey);
  } catch {
    return false;
  }
}

function expectAgreement(address: string, text: Uint8Array, signature: Uint8Array): boolean {
  const expected = oracle(address, text, signature);
  for (const [name, verify] of VERIFIERS)
    expect(verify(address, text, signature), name).toBe(expected);
  return expected;
}

function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex.replace(/^0x/, ''), 'hex');
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = new Uint8Array(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

function littleEndian(value: bigint): Uint8Array {
  return bytesOf(value.toString(16).padStart(64, '0')).reverse();
}

/** R and s, with schnorrkel's marker. */
function signatureOf(point: Uint8Array, scalar: Uint8Array, marker = 0x80): Uint8Array {
  const signature = new Uint8Array(64);
  signature.set(point, 0);
  signature.set(scalar, 32);
  signature[63] = (signature[63] ?? 0) | marker;
  return signature;
}

/** s of the valid signature, its marker taken off. */
const scalar = (() => {
  const bytes = valid.slice(32);
  bytes[31] = (bytes[31] ?? 0) & 0x7f;
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
})();

const BASE_POINT = bytesOf('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76');

describe.each(VERIFIERS)('%s', (_, verify) => {
  const recorded = z.array(
    z.object({
      name: z.string(),
      address: z.string(),
      message: z.string(),
      signature: z.string(),
      valid: z.boolean(),
    }),
  );
  it.each(recorded.parse(vectors('signatures.json')))(
    'judges as recorded: $name',
    ({ address, message: text, signature, valid: expected }) => {
      expect(verify(address, bytesOf(text), bytesOf(signature))).toBe(expected);
    },
  );

  it('accepts every recorded access request', () => {
    const { vectors: requests } = z
      .object({
        vectors: z
          .array(z.object({ request: z.record(z.string(), z.unknown()), signature: z.string() }))
          .min(1),
      })
      .parse(vectors('access-requests.json'));
    for (const { request, signature } of requests) {
      const parsed = accessRequestSchema.parse({ ...request, signature });
      const { signature: hex, ...unsigned } = parsed;
      const bytes = fromHex(hex, 64) ?? new Uint8Array();
      expect(verify(parsed.hotkey, accessRequestBytes(unsigned), bytes)).toBe(true);
    }
  });

  it('judges signatures recorded from other implementations as they did', (context) => {
    const shared =
      process.env.DATA_UNIVERSE_SHARED ?? join(import.meta.dirname, '../../../../shared');
    const file = join(shared, 'vectors/sr25519-signatures.json');
    if (!existsSync(file) && process.env.DATA_UNIVERSE_REQUIRE_ALL !== '1')
      context.skip(`no ${file}`);
    const others = z
      .array(
        z.object({ ss58: z.string(), message: z.string(), signature: z.string(), ok: z.boolean() }),
      )
      .min(1)
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    for (const { ss58, message: text, signature, ok } of others)
      expect(verify(ss58, new TextEncoder().encode(text), bytesOf(signature))).toBe(ok);
  });

  it('is false, never an exception, for what is no address, no bytes or of another length', () => {
    const wrong: readonly (readonly unknown[])[] = [
      ['', message, valid],
      [toHex(publicKeyOf(alice.address) ?? new Uint8Array()), message, valid],
      [alice.address, toHex(message), valid],
      [alice.address, message, toHex(valid)],
      [alice.address, message, valid.subarray(0, 63)],
      [alice.address, message, new Uint8Array([...valid, 0])],
      [alice.address, message, new Uint8Array()],
      [alice.address, message, undefined],
    ];
    for (const given of wrong) expect(Reflect.apply(verify, undefined, given)).toBe(false);
  });
});

describe('all verifiers agree with util-crypto', () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('that a signature is valid, for any key and message', () => {
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ maxLength: 700 }), (seed, text) => {
        const signer = signerFromSeed(seed);
        expect(expectAgreement(signer.address, text, signer.sign(text))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('that it is not, once any of its 512 bits is another', () => {
    for (let bit = 0; bit < 512; bit += 1)
      expect(expectAgreement(alice.address, message, flip(valid, bit))).toBe(false);
  });

  it('on any 64 bytes for any 32 bytes of key', () => {
    fc.assert(
      fc.property(
        bytes32,
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        fc.boolean(),
        (publicKey, garbage, marked) => {
          const signature = marked ? signatureOf(garbage, garbage.subarray(32)) : garbage;
          expect(expectAgreement(addressOf(publicKey), message, signature)).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('that a known R with any s is no signature', () => {
    fc.assert(
      fc.property(bytes32, (s) => {
        const signature = signatureOf(valid.subarray(0, 32), s);
        expect(expectAgreement(alice.address, message, signature)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  const R = valid.subarray(0, 32);
  const S = littleEndian(scalar);
  it.each([
    ['the marker bit is missing', signatureOf(R, S, 0)],
    [
      'the scalar has the order added, and is not canonical',
      signatureOf(R, littleEndian(scalar + ORDER)),
    ],
    [
      'the scalar has the order added as often as fits',
      signatureOf(R, littleEndian(scalar + 6n * ORDER)),
    ],
    ['the scalar is the order', signatureOf(R, littleEndian(ORDER))],
    ['the scalar is zero', signatureOf(R, new Uint8Array(32))],
    ['the scalar is its negative', signatureOf(R, littleEndian(ORDER - scalar))],
    ['R is the identity', signatureOf(new Uint8Array(32), S)],
    ['R and s are zero', signatureOf(new Uint8Array(32), new Uint8Array(32))],
    ['R is the base point', signatureOf(BASE_POINT, littleEndian(1n))],
    ['R is negative', signatureOf(littleEndian(FIELD - 2n), S)],
    ['R is not below the field', signatureOf(littleEndian(FIELD), S)],
    ['R is two, by a spelling that is not canonical', signatureOf(littleEndian(FIELD + 2n), S)],
    [
      'R is one, of small order where the curve is not a group of its own',
      signatureOf(littleEndian(1n), S),
    ],
    ['R is minus one', signatureOf(littleEndian(FIELD - 1n), S)],
    ['R has its highest bit set', signatureOf(flip(R, 255), S)],
  ])('that it is not where %s', (_, signature) => {
    expect(expectAgreement(alice.address, message, signature)).toBe(false);
  });

  it.each([
    ['the identity', new Uint8Array(32)],
    ['one', littleEndian(1n)],
    ['minus one', littleEndian(FIELD - 1n)],
    ['the field itself, another spelling of the identity', littleEndian(FIELD)],
    ['not below the field', littleEndian(FIELD + 2n)],
    ['of ones', new Uint8Array(32).fill(0xff)],
  ])('that nothing is signed by a key that is %s', (_, publicKey) => {
    const address = addressOf(publicKey);
    // For the identity any s with R = s times the base point would do.
    for (const signature of [valid, signatureOf(BASE_POINT, littleEndian(1n))])
      expect(expectAgreement(address, message, signature)).toBe(false);
  });
});

function vectors(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8'));
}
