import { sr25519Verify } from '@polkadot/util-crypto/sr25519';
import { publicKeyOf } from './hotkey-address.ts';

/**
 * Whether `signature` (64 bytes) is by `address` over exactly these bytes: sr25519, context `substrate`,
 * no other curve and no `<Bytes>` wrapper. Never throws: whatever is not a valid signature is false.
 */
export function verifySignature(
  address: string,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  // The verifier below would decode a hex string; only bytes may reach it.
  if (!(message instanceof Uint8Array) || !(signature instanceof Uint8Array)) return false;
  const publicKey = publicKeyOf(address);
  if (publicKey === undefined || signature.byteLength !== 64) return false;
  try {
    return sr25519Verify(message, signature, publicKey);
  } catch {
    // It throws where the marker bit is missing or a point or scalar has no canonical encoding.
    return false;
  }
}
