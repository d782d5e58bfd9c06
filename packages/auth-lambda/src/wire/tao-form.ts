import { createHash } from 'node:crypto';
import { hotkeySchema, MAX_REQUEST_SECONDS, SOURCE_NAMES } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import type { AccessClaim } from './access-claim.ts';
import { badRequest } from './bad-request.ts';
import { parseFields } from './parse-fields.ts';
import type { WireInput } from './wire-input.ts';

const headersSchema = z.object({
  'x-tao-version': z.literal('2'),
  /** Milliseconds: 13 digits from 2001 to 2286, so that one time has one spelling. */
  'x-tao-timestamp': z.string().regex(/^[1-9][0-9]{12}$/, 'not Unix milliseconds'),
  'x-tao-nonce': z
    .string()
    .regex(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      'not a random UUID in lower case',
    ),
  'x-tao-signed-by': hotkeySchema,
  'x-tao-signature': z.string().regex(/^[A-Za-z0-9+/]{85}[AQgw]==$/, 'not 64 bytes in base64'),
});

const bodySchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('upload'), source: z.enum(SOURCE_NAMES) }),
  z.strictObject({
    action: z.literal('read'),
    miner_hotkey: hotkeySchema,
    source: z.enum(SOURCE_NAMES).optional(),
  }),
]);

/**
 * Data Universe's own header scheme, Tao v2: `{SHA-256 of the body in hex}.{nonce}.{timestamp}` is signed, the headers say by whom, the body
 * what is wanted. Throws Refusal BadRequest.
 */
export function readTaoForm(document: object, { body, headers }: WireInput): AccessClaim {
  const signed = parseFields(headersSchema, headers);
  const wanted = parseFields(bodySchema, document);
  const hotkey = signed['x-tao-signed-by'];
  const nonce = signed['x-tao-nonce'];
  const timestamp = signed['x-tao-timestamp'];
  const signature = Buffer.from(signed['x-tao-signature'], 'base64');
  if (signature.byteLength !== 64) throw badRequest('"x-tao-signature" is not 64 bytes in base64');
  const issuedAt = Math.floor(Number(timestamp) / 1000);
  const digest = createHash('sha256').update(body).digest('hex');
  return {
    form: 'tao-v2',
    hotkey,
    scope: wanted.action === 'upload' ? { ...wanted, hotkey } : wanted,
    issuedAt,
    expiresAt: issuedAt + MAX_REQUEST_SECONDS,
    oneTimeValue: nonce,
    message: new TextEncoder().encode(`${digest}.${nonce}.${timestamp}`),
    signature: new Uint8Array(signature),
  };
}
