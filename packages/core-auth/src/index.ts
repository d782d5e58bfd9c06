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
export {
  addressOf,
  type HotkeyAddress,
  isHotkeyAddress,
  publicKeyOf,
} from './hotkey-address.ts';
export type { Signer } from './signer.ts';
