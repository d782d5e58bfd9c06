import {
  accessRequestBytes,
  accessRequestSchema,
  fromHex,
  MAX_REQUEST_SECONDS,
} from '@data-universe/core-auth/protocol';
import type { AccessClaim } from './access-claim.ts';
import { badRequest } from './bad-request.ts';
import { parseFields } from './parse-fields.ts';

/** The signed access request of docs/protocol.md. Throws Refusal BadRequest; the messages speak of nothing but what was sent. */
export function readCurrentForm(document: object): AccessClaim {
  const { signature, ...unsigned } = parseFields(accessRequestSchema, document);
  const seconds = unsigned.expires_at - unsigned.issued_at;
  if (seconds <= 0 || seconds > MAX_REQUEST_SECONDS)
    throw badRequest(
      `"expires_at" must be 1 to ${MAX_REQUEST_SECONDS} seconds after "issued_at", not ${seconds}`,
    );
  const signatureBytes = fromHex(signature, 64);
  if (signatureBytes === undefined) throw badRequest('"signature" is not 64 bytes in hex');
  const { audience, network, netuid } = unsigned;
  return {
    form: 'v1',
    hotkey: unsigned.hotkey,
    scope: unsigned,
    operations: unsigned.operations,
    issuedAt: unsigned.issued_at,
    expiresAt: unsigned.expires_at,
    oneTimeValue: unsigned.nonce,
    addressee: { audience, network, netuid },
    message: accessRequestBytes(unsigned),
    signature: signatureBytes,
  };
}
