export {
  ACCESS_REQUEST_DOMAIN,
  type AccessRequest,
  accessRequestSchema,
  MAX_REQUEST_SECONDS,
  SOURCE_NAMES,
  type SourceName,
  type UnsignedAccessRequest,
  unsignedAccessRequestSchema,
} from './access-request.ts';
export {
  type AccessGrant,
  type AccessRefusal,
  accessGrantSchema,
  accessRefusalSchema,
  REFUSAL_CODES,
  type RefusalCode,
} from './access-response.ts';
export { CanonicalJsonError, canonicalJson } from './canonical-json.ts';
export { fromHex, toHex } from './hex.ts';
export {
  addressOf,
  type HotkeyAddress,
  isHotkeyAddress,
  publicKeyOf,
} from './hotkey-address.ts';
export {
  accessRequestBytes,
  signAccessRequest,
  verifyAccessRequestSignature,
} from './sign-access-request.ts';
export { signedBytes, signValue, verifyValue } from './signed-bytes.ts';
export type { Signer } from './signer.ts';
export {
  signerFromMnemonic,
  signerFromPrivateKey,
  signerFromSeed,
  signerFromUri,
} from './signers.ts';
export { verifySignature } from './verify-signature.ts';
export { WalletError, type WalletErrorCode } from './wallet-error.ts';
