import { decodeAddress, encodeAddress } from '@polkadot/util-crypto/address';
import { base58Decode, base58Encode } from '@polkadot/util-crypto/base58';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, isHotkeyAddress, publicKeyOf } from '../src/index.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Keys whose leading bytes are zeros have shorter addresses. */
const key = fc
  .tuple(bytes32, fc.nat(32))
  .map(([bytes, zeros]) => bytes.map((byte, at) => (at < zeros ? 0 : byte)));

/** What util-crypto makes of a text, held to one prefix, one length and one spelling. */
function oracle(text: string): Uint8Array | undefined {
  if (!/^[1-9A-HJ-NP-Za-km-z]+$/.test(text)) return undefined;
  try {
    const publicKey = decodeAddress(text, false, 42);
    const canonical = publicKey.length === 32 && encodeAddress(publicKey, 42) === text;
    return canonical ? publicKey : undefined;
  } catch {
    return undefined;
  }
}

describe('an address, as util-crypto has it', () => {
  it('is written for any key', () => {
    fc.assert(
      fc.property(key, (publicKey) => {
        const address = addressOf(publicKey);
        expect(address).toBe(encodeAddress(publicKey, 42));
        expect(publicKeyOf(address)).toEqual(publicKey);
      }),
    );
  });

  it('is read or refused for any key, prefix and length', () => {
    const account = fc.uint8Array({ minLength: 31, maxLength: 34 });
    fc.assert(
      fc.property(account, fc.oneof(fc.constant(42), fc.nat(16_383)), (bytes, prefix) => {
        fc.pre(bytes.length !== 31 && bytes.length !== 34 && prefix !== 46 && prefix !== 47);
        const text = encodeAddress(bytes, prefix);
        expect(publicKeyOf(text)).toEqual(oracle(text));
        expect(isHotkeyAddress(text)).toBe(prefix === 42 && bytes.length === 32);
      }),
    );
  });

  it('is refused once a byte of it is another', () => {
    fc.assert(
      fc.property(key, fc.nat(34), fc.integer({ min: 1, max: 255 }), (publicKey, at, mask) => {
        const bytes = base58Decode(addressOf(publicKey)).map((byte, index) =>
          index === at ? byte ^ mask : byte,
        );
        const text = base58Encode(bytes);
        expect(publicKeyOf(text)).toEqual(oracle(text));
        expect(publicKeyOf(text)).toBeUndefined();
      }),
    );
  });

  it('is refused with more or fewer leading zeros', () => {
    for (const zeros of [0, 1, 31]) {
      const publicKey = new Uint8Array(32).fill(7, zeros);
      const address = addressOf(publicKey);
      expect(isHotkeyAddress(`1${address}`)).toBe(false);
      expect(isHotkeyAddress(address.slice(1))).toBe(false);
    }
  });

  it('is for 32 bytes alone', () => {
    expect(() => addressOf(new Uint8Array(33))).toThrow(RangeError);
    expect(() => addressOf(new Uint8Array(31))).toThrow(RangeError);
  });
});
