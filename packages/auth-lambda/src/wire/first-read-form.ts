import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import type { AccessClaim } from './access-claim.ts';
import { firstFields, signedParts } from './first-forms.ts';
import { parseFields } from './parse-fields.ts';

const firstReadSchema = z.strictObject({
  action: z.literal('read'),
  validator_hotkey: hotkeySchema,
  miner_hotkey: hotkeySchema,
  ...firstFields,
});

/**
 * A read as the first Python validators sign it: `read:{validator_hotkey}:{miner_hotkey}:{timestamp}:{expiry}`. Throws Refusal BadRequest.
 */
export function readFirstReadForm(document: object): AccessClaim {
  const request = parseFields(firstReadSchema, document);
  const { validator_hotkey, miner_hotkey, timestamp, expiry } = request;
  return {
    form: 'first-read',
    hotkey: validator_hotkey,
    scope: { action: 'read', miner_hotkey, first_folders: true },
    ...signedParts(request, `read:${validator_hotkey}:${miner_hotkey}:${timestamp}:${expiry}`),
  };
}
