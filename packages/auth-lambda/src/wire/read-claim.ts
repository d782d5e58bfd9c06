import { Refusal } from '../decision/refusal.ts';
import type { AccessClaim } from './access-claim.ts';
import { readCurrentForm } from './current-form.ts';
import { parseJsonObject } from './json-object.ts';

/** A request has under 1 KiB; the rest is room for later fields. */
export const MAX_BODY_BYTES = 8192;

/** What the transport took from a request. */
export interface WireInput {
  /** The body of the POST; one over 8,192 bytes is refused, and may arrive cut off after that. */
  readonly body: Uint8Array;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The claim in a request, whole and strict. Throws Refusal TooLarge or BadRequest. */
export function readClaim({ body }: WireInput): AccessClaim {
  if (body.byteLength > MAX_BODY_BYTES)
    throw new Refusal(
      'TooLarge',
      `The body has more than ${MAX_BODY_BYTES} bytes; send one access request and nothing else.`,
    );
  return readCurrentForm(parseJsonObject(body));
}
