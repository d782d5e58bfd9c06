export {
  AccessError,
  type AccessErrorCode,
  type AccessErrorOptions,
} from './access-error.ts';
export type { AccessScope, ReadScope, UploadScope } from './access-scope.ts';
export { type CreateAccessRequestOptions, createAccessRequest } from './create-access-request.ts';
export {
  CredentialsClient,
  type CredentialsClientOptions,
  type GrantOptions,
} from './credentials-client.ts';
export { parseKeyfile } from './keyfile.ts';
export { type LoadHotkeyOptions, loadHotkey } from './load-hotkey.ts';
export { PresignedRequests, type PresignedRequestsOptions } from './presigned-requests.ts';
// Clients need what services need, and more.
export * from './protocol.ts';
export type { RetryOptions } from './retry-access.ts';
export { signAccessRequest, verifyAccessRequestSignature } from './sign-access-request.ts';
export { signValue, verifyValue } from './signed-value.ts';
export type { Signer } from './signer.ts';
export {
  signerFromMnemonic,
  signerFromPrivateKey,
  signerFromSeed,
  signerFromUri,
} from './signers.ts';
export { verifySignature } from './verify-signature.ts';
export { WalletError, type WalletErrorCode } from './wallet-error.ts';
