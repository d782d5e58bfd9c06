/**
 * Whether `signature` (64 bytes) is by `address` over exactly these bytes: sr25519, context `substrate`. Never throws:
 * whatever is not a valid signature is false. Implementations differ in speed and size alone.
 */
export type SignatureVerifier = (
  address: string,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;
