import { fromHex, toHex } from './hex.ts';
import type { HotkeyAddress } from './hotkey-address.ts';
import { signedBytes } from './signed-bytes.ts';
import type { Signer } from './signer.ts';
import { verifySignature } from './verify-signature.ts';

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
