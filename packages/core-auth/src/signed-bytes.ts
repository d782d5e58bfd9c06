import { canonicalJson } from './canonical-json.ts';
import { fromHex, toHex } from './hex.ts';
import type { HotkeyAddress } from './hotkey-address.ts';
import type { Signer } from './signer.ts';
import { verifySignature } from './verify-signature.ts';

/** No line feed: the first one ends the domain, so no domain and value spell the bytes of another pair. */
const DOMAIN = /^[a-z0-9][a-z0-9./-]{0,127}$/;

/** What a hotkey signs for a JSON value: the domain tag, a line feed, the RFC 8785 text; UTF-8. */
export function signedBytes(domain: string, value: unknown): Uint8Array {
  if (!DOMAIN.test(domain)) throw new TypeError(`not a signing domain: ${JSON.stringify(domain)}`);
  return new TextEncoder().encode(`${domain}\n${canonicalJson(value)}`);
}

/** The signature of a JSON value under a domain: `0x` and 128 lower-case hex digits. */
export function signValue(domain: string, value: unknown, signer: Signer): string {
  return toHex(signer.sign(signedBytes(domain, value)));
}

/** Whether `signature` (as signValue spells it) is by `address`, for this value under this domain. */
export function verifyValue(
  domain: string,
  value: unknown,
  signature: string,
  address: HotkeyAddress,
): boolean {
  const bytes = fromHex(signature, 64);
  return bytes !== undefined && verifySignature(address, signedBytes(domain, value), bytes);
}
