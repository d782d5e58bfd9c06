import { publicKeyOf } from './hotkey-address.ts';
import type { SignatureVerifier } from './signature-verifier.ts';

/** sr25519, context `substrate`, of 64 bytes by a key of 32; may throw for what is no signature. */
type Sr25519Verify = (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array) => boolean;

/** The same rules before each library, so that they agree on whatever is malformed. */
export function verifierOver(verify: Sr25519Verify): SignatureVerifier {
  return (address, message, signature) => {
    // A library may decode a hex string; only bytes may reach it.
    if (!(message instanceof Uint8Array) || !(signature instanceof Uint8Array)) return false;
    const publicKey = publicKeyOf(address);
    if (publicKey === undefined || signature.byteLength !== 64) return false;
    // The group's identity, whose signatures anybody can make; not every library refuses it.
    if (publicKey.every((byte) => byte === 0)) return false;
    try {
      return verify(message, signature, publicKey);
    } catch {
      // Some throw where the marker bit is missing or a point or scalar has no canonical encoding.
      return false;
    }
  };
}
