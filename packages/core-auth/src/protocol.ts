// What a service needs to read requests and to answer them, without a signer, a client or a verifier: those bring
// libraries that a Lambda should not load.
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
export { accessRequestBytes } from './access-request-bytes.ts';
export {
  type AccessGrant,
  type AccessRefusal,
  accessGrantSchema,
  accessRefusalSchema,
  type PresignedGrant,
  type PresignedRequest,
  presignedGrantSchema,
  REFUSAL_CODES,
  type RefusalCode,
  SERVICE_MODES,
  type ServiceMode,
} from './access-response.ts';
export { CanonicalJsonError, canonicalJson } from './canonical-json.ts';
export { fromHex, toHex } from './hex.ts';
export { addressOf, type HotkeyAddress, isHotkeyAddress, publicKeyOf } from './hotkey-address.ts';
export { hotkeySchema } from './hotkey-schema.ts';
export type { SignatureVerifier } from './signature-verifier.ts';
export { signedBytes } from './signed-bytes.ts';
export { MAX_OPERATIONS, MAX_PUT_BYTES, type StoreOperation } from './store-operation.ts';
