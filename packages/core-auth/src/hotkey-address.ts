import { decodeAddress, encodeAddress } from '@polkadot/util-crypto/address';

declare const addressBrand: unique symbol;

/** An account of Bittensor: ss58, prefix 42, of a 32-byte public key, in its one canonical spelling. */
export type HotkeyAddress = string & { readonly [addressBrand]: true };

const SS58_PREFIX = 42;

/** 46 to 48 base58 characters; checked first so that nothing else ever reaches the decoder. */
const SHAPE = /^[1-9A-HJ-NP-Za-km-z]{46,48}$/;

/** The public key behind an address, 32 bytes, or undefined where the text is no canonical address. */
export function publicKeyOf(text: string): Uint8Array | undefined {
  if (!SHAPE.test(text)) return undefined;
  try {
    const publicKey = decodeAddress(text, false, SS58_PREFIX);
    if (publicKey.byteLength !== 32) return undefined;
    return encodeAddress(publicKey, SS58_PREFIX) === text ? publicKey : undefined;
  } catch {
    return undefined;
  }
}

export function isHotkeyAddress(text: string): text is HotkeyAddress {
  return publicKeyOf(text) !== undefined;
}

export function addressOf(publicKey: Uint8Array): HotkeyAddress {
  return encodeAddress(publicKey, SS58_PREFIX) as HotkeyAddress;
}
