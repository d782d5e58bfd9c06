import { readFileSync } from 'node:fs';
import { type HotkeyAddress, isHotkeyAddress } from '@data-universe/core-auth';
import { z } from 'zod';

const address: z.ZodType<HotkeyAddress> = z
  .string()
  .refine((text): text is HotkeyAddress => isHotkeyAddress(text));

const recordedSchema = z.object({
  netuid: z.int(),
  block_number: z.int(),
  accounts: z.object({ miner: address, validator: address, Eve: address }),
  storage: z.array(
    z.object({
      item: z.string(),
      account: z.enum(['miner', 'validator', 'Eve']).optional(),
      key: z.string(),
      value: z.string().nullable(),
    }),
  ),
});

/** Keys and values that a running runtime gave. */
export const RECORDED = recordedSchema.parse(
  JSON.parse(readFileSync(new URL('../../vectors/storage.json', import.meta.url), 'utf8')),
);

export const { miner, validator, Eve: stranger } = RECORDED.accounts;
