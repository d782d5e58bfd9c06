import { sr25519Verify } from '@polkadot/util-crypto/sr25519';
import { verifierOver } from './verifier-over.ts';

/**
 * Whether `signature` (64 bytes) is by `address` over exactly these bytes: sr25519, context `substrate`,
 * no other curve and no `<Bytes>` wrapper. Never throws: whatever is not a valid signature is false.
 */
export const verifySignature = verifierOver(sr25519Verify);
