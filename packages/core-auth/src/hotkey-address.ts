import { blake2b } from '@noble/hashes/blake2.js';
import { base58 } from '@scure/base';

declare const addressBrand: unique symbol;

/** An account of Bittensor: ss58, prefix 42, of a 32-byte public key, in its one canonical spelling. */
export type HotkeyAddress = string & { readonly [addressBrand]: true };

const SS58_PREFIX = 42;

/** 46 to 48 base58 characters; checked first so that nothing else ever reaches the decoder. */
const SHAPE = /^[1-9A-HJ-NP-Za-km-z]{46,48}$/;

/** One byte of prefix, the key, two bytes of checksum. */
const KEY_END = 33;
const LENGTH = 35;

const CHECKSUM_DOMAIN = new TextEncoder().encode('SS58PRE');

/** Addresses that were read lately: a decision looks at the same one four times. The oldest is forgotten first. */
const known = new Map<string, Uint8Array>();
const MAX_KNOWN = 1_024;

/** The public key behind an address, 32 bytes, or undefined where the text is no canonical address. */
export function publicKeyOf(text: string): Uint8Array | undefined {
  return keyOf(text)?.slice();
}

export function isHotkeyAddress(text: string): text is HotkeyAddress {
  return keyOf(text) !== undefined;
}

function keyOf(text: string): Uint8Array | undefined {
  const remembered = known.get(text);
  if (remembered !== undefined) return remembered;
  const publicKey = decode(text);
  if (publicKey === undefined) return undefined;
  const [oldest] = known.keys();
  if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(text, publicKey);
  return publicKey;
}

function decode(text: string): Uint8Array | undefined {
  if (!SHAPE.test(text)) return undefined;
  // Base58 has one spelling of a number, and each leading zero byte one of its own.
  const bytes = base58.decode(text);
  if (bytes.byteLength !== LENGTH || bytes[0] !== SS58_PREFIX) return undefined;
  const [first, second] = checksum(bytes.subarray(0, KEY_END));
  if (bytes[KEY_END] !== first || bytes[KEY_END + 1] !== second) return undefined;
  return bytes.slice(1, KEY_END);
}

/** Throws RangeError where the key is not 32 bytes. */
export function addressOf(publicKey: Uint8Array): HotkeyAddress {
  if (publicKey.byteLength !== KEY_END - 1)
    throw new RangeError(`a public key is 32 bytes, not ${publicKey.byteLength}`);
  const bytes = new Uint8Array(LENGTH);
  bytes[0] = SS58_PREFIX;
  bytes.set(publicKey, 1);
  bytes.set(checksum(bytes.subarray(0, KEY_END)).subarray(0, LENGTH - KEY_END), KEY_END);
  return base58.encode(bytes) as HotkeyAddress;
}

function checksum(prefixedKey: Uint8Array): Uint8Array {
  return blake2b.create({ dkLen: 64 }).update(CHECKSUM_DOMAIN).update(prefixedKey).digest();
}
