import { ACCESS_REQUEST_DOMAIN, type UnsignedAccessRequest } from './access-request.ts';
import { signedBytes } from './signed-bytes.ts';

/** The bytes that `hotkey` signs to make this request. */
export function accessRequestBytes(unsigned: UnsignedAccessRequest): Uint8Array {
  return signedBytes(ACCESS_REQUEST_DOMAIN, unsigned);
}
