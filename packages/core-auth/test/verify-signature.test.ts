import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  addressOf,
  fromHex,
  isHotkeyAddress,
  publicKeyOf,
  signedBytes,
  signerFromSeed,
  signerFromUri,
  signValue,
  toHex,
  verifySignature,
  verifyValue,
} from '../src/index.ts';

// Hundreds of signatures a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 60_000 });

const alice = signerFromUri('//Alice');
const utf8 = (text: string) => new TextEncoder().encode(text);
const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
  const flipped = new Uint8Array(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
};
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const few = { numRuns: 30 };

describe('a signature', () => {
  it('verifies for its own key and message, whatever they are', () => {
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ maxLength: 300 }), (seed, message) => {
        const signer = signerFromSeed(seed);
        expect(verifySignature(signer.address, message, signer.sign(message))).toBe(true);
      }),
      few,
    );
  });

  it('does not verify once any bit of the message is flipped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), (message, n) => {
        const signature = alice.sign(message);
        const altered = flip(message, n % (message.length * 8));
        expect(verifySignature(alice.address, altered, signature)).toBe(false);
      }),
      few,
    );
  });

  it('does not verify once any one of its 512 bits is flipped', () => {
    const message = utf8('message');
    const signature = alice.sign(message);
    for (let bit = 0; bit < 512; bit++) {
      expect(verifySignature(alice.address, message, flip(signature, bit))).toBe(false);
    }
  });

  it('does not verify for another key', () => {
    fc.assert(
      fc.property(bytes32, (seed) => {
        const signature = alice.sign(seed);
        expect(verifySignature(signerFromSeed(seed).address, seed, signature)).toBe(false);
      }),
      few,
    );
  });

  it('is never mistaken for valid, and never an exception, when it is garbage', () => {
    const length = fc.oneof(fc.constant(64), fc.nat(200));
    const garbage = length.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }));
    fc.assert(
      fc.property(fc.string(), fc.uint8Array(), garbage, (address, message, signature) => {
        expect(verifySignature(address, message, signature)).toBe(false);
        expect(verifySignature(alice.address, message, signature)).toBe(false);
      }),
    );
  });

  it('is over the bytes alone: wrapped text and bare text are different messages', () => {
    const [bare, wrapped] = [utf8('hello'), utf8('<Bytes>hello</Bytes>')];
    expect(verifySignature(alice.address, bare, alice.sign(wrapped))).toBe(false);
    expect(verifySignature(alice.address, wrapped, alice.sign(bare))).toBe(false);
  });

  it('is never taken in hex, where two spellings could be two messages', () => {
    const message = utf8('message');
    const arguments_ = [alice.address, message, toHex(alice.sign(message))];
    expect(Reflect.apply(verifySignature, undefined, arguments_)).toBe(false);
    const hexMessage = [alice.address, toHex(message), alice.sign(message)];
    expect(Reflect.apply(verifySignature, undefined, hexMessage)).toBe(false);
  });

  it('can not be made up for the key of zeros, which the chain gives to empty places', () => {
    const nobody = addressOf(new Uint8Array(32));
    // For that key any s with R = s times the base point would do; s = 1 here.
    const basePoint = fromHex(
      '0xe2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
      32,
    );
    const forged = new Uint8Array(64);
    forged.set(basePoint ?? [], 0);
    forged[32] = 1;
    forged[63] = 0x80;
    expect(verifySignature(nobody, utf8('message'), forged)).toBe(false);
  });
});

describe('a signed value', () => {
  it('is signed as its domain, a line feed and its canonical JSON', () => {
    const bytes = signedBytes('a/domain/v1', { b: 1, a: 'é' });
    expect(new TextDecoder().decode(bytes)).toBe('a/domain/v1\n{"a":"é","b":1}');
  });

  it('verifies under its own domain alone', () => {
    const signature = signValue('a/domain/v1', { a: 1 }, alice);
    expect(signature).toMatch(/^0x[0-9a-f]{128}$/);
    expect(verifyValue('a/domain/v1', { a: 1 }, signature, alice.address)).toBe(true);
    expect(verifyValue('a/domain/v2', { a: 1 }, signature, alice.address)).toBe(false);
    expect(verifyValue('a/domain/v1', { a: 2 }, signature, alice.address)).toBe(false);
  });

  it('verifies in one spelling of its signature', () => {
    const signature = signValue('a/domain/v1', null, alice);
    for (const spelling of [
      signature.slice(2),
      `0x${signature.slice(2).toUpperCase()}`,
      `${signature}00`,
      ` ${signature}`,
      '',
    ]) {
      expect(verifyValue('a/domain/v1', null, spelling, alice.address)).toBe(false);
    }
  });

  it.each(['', 'two\nlines', 'Upper', 'white space', `x${'y'.repeat(128)}`])(
    'has no domain like %j',
    (domain) => {
      expect(() => signedBytes(domain, null)).toThrow('not a signing domain');
    },
  );
});

describe('an address', () => {
  it('is the only spelling of its public key', () => {
    fc.assert(
      fc.property(bytes32, (publicKey) => {
        const address = addressOf(publicKey);
        expect(isHotkeyAddress(address)).toBe(true);
        expect(publicKeyOf(address)).toEqual(publicKey);
      }),
    );
  });

  it('is no address once any of its characters is another', () => {
    const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl +';
    fc.assert(
      fc.property(fc.nat(47), fc.constantFrom(...alphabet), (at, character) => {
        const altered = alice.address.slice(0, at) + character + alice.address.slice(at + 1);
        fc.pre(altered !== alice.address);
        expect(isHotkeyAddress(altered)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is nothing else that happens to decode', () => {
    const publicKey = publicKeyOf(alice.address);
    expect(publicKey).toHaveLength(32);
    for (const text of [
      toHex(publicKey ?? new Uint8Array()),
      '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5', // Alice on Polkadot, prefix 0
      'HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F', // Alice on Kusama, prefix 2
      ` ${alice.address}`,
      `${alice.address}\n`,
      `${alice.address}1`,
      '',
    ]) {
      expect(isHotkeyAddress(text), text).toBe(false);
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isHotkeyAddress(text)));
  });
});

describe('hex', () => {
  it('comes back as the bytes it was made of', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes), bytes.length)).toEqual(bytes);
      }),
    );
  });

  it.each(['', '0x', '00', '0x0', '0X00', '0xAB', '0xg0', '0x0000', '0x00\n', ' 0x00'])(
    'has one spelling, which is not %j for one byte',
    (text) => {
      expect(fromHex(text, 1)).toBeUndefined();
    },
  );
});
