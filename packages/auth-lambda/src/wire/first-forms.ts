import { createHash } from 'node:crypto';
import { fromHex, MAX_REQUEST_SECONDS } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import type { AccessClaim } from './access-claim.ts';
import { badRequest } from './bad-request.ts';

const unixSeconds = z.int().min(0).max(253_402_300_799);

/** What both first forms have. */
export const firstFields = {
  timestamp: unixSeconds,
  expiry: unixSeconds,
  /** As Python's `bytes.hex()` spells it. */
  signature: z.string().regex(/^[0-9a-f]{128}$/, 'not 128 lower-case hex digits without 0x'),
};

interface Signed {
  readonly timestamp: number;
  readonly expiry: number;
  readonly signature: string;
}

/** What a first form says beside its scope. Throws Refusal BadRequest. */
export function signedParts(
  { timestamp, expiry, signature }: Signed,
  text: string,
): Pick<AccessClaim, 'issuedAt' | 'expiresAt' | 'oneTimeValue' | 'message' | 'signature'> {
  if (expiry <= timestamp) throw badRequest('"expiry" must be later than "timestamp"');
  const signatureBytes = fromHex(`0x${signature}`, 64);
  if (signatureBytes === undefined) throw badRequest('"signature" is not 64 bytes in hex');
  const message = new TextEncoder().encode(text);
  return {
    issuedAt: timestamp,
    // Its clients sign an hour. Its message is forgotten after MAX_REQUEST_SECONDS and twice the skew, and
    // must not be accepted again after that.
    expiresAt: Math.min(expiry, timestamp + MAX_REQUEST_SECONDS),
    // There is no nonce. The signature would not do: one message has any number of them.
    oneTimeValue: createHash('sha256').update(message).digest('hex'),
    message,
    signature: signatureBytes,
  };
}
