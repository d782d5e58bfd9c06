import {
  ACCESS_REQUEST_DOMAIN,
  type AccessRequest,
  type UnsignedAccessRequest,
} from './access-request.ts';
import { signValue, verifyValue } from './signed-value.ts';
import type { Signer } from './signer.ts';

/** Throws TypeError where the signer is not the request's own hotkey: nobody could verify that. */
export function signAccessRequest(unsigned: UnsignedAccessRequest, signer: Signer): AccessRequest {
  if (signer.address !== unsigned.hotkey) {
    throw new TypeError(`a request of ${unsigned.hotkey} can't be signed by ${signer.address}`);
  }
  return { ...unsigned, signature: signValue(ACCESS_REQUEST_DOMAIN, unsigned, signer) };
}

/** Whether the request, as accessRequestSchema returned it, is signed by the hotkey it names. */
export function verifyAccessRequestSignature(request: AccessRequest): boolean {
  const { signature, ...unsigned } = request;
  return verifyValue(ACCESS_REQUEST_DOMAIN, unsigned, signature, request.hotkey);
}
