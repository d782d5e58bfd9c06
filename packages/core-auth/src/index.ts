export {
  AccessError,
  type AccessErrorCode,
  type AccessErrorOptions,
} from './access-error.ts';
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
export type { AccessScope, ReadScope, UploadScope } from './access-scope.ts';
export { CanonicalJsonError, canonicalJson } from './canonical-json.ts';
export { type CreateAccessRequestOptions, createAccessRequest } from './create-access-request.ts';
export {
  CredentialsClient,
  type CredentialsClientOptions,
  type GrantOptions,
} from './credentials-client.ts';
export { fromHex, toHex } from './hex.ts';
export {
  addressOf,
  type HotkeyAddress,
  isHotkeyAddress,
  publicKeyOf,
} from './hotkey-address.ts';
export { parseKeyfile } from './keyfile.ts';
export { type LoadHotkeyOptions, loadHotkey } from './load-hotkey.ts';
export { PresignedRequests, type PresignedRequestsOptions } from './presigned-requests.ts';
export type { RetryOptions } from './retry-access.ts';
export { signAccessRequest, verifyAccessRequestSignature } from './sign-access-request.ts';
export type { SignatureVerifier } from './signature-verifier.ts';
export { signedBytes } from './signed-bytes.ts';
export { signValue, verifyValue } from './signed-value.ts';
export type { Signer } from './signer.ts';
export {
  signerFromMnemonic,
  signerFromPrivateKey,
  signerFromSeed,
  signerFromUri,
} from './signers.ts';
export { MAX_OPERATIONS, MAX_PUT_BYTES, type StoreOperation } from './store-operation.ts';
export { verifySignature } from './verify-signature.ts';
export { WalletError, type WalletErrorCode } from './wallet-error.ts';
