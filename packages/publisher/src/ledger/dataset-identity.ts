import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { SOURCE_NAMES } from '@data-universe/dataset';
import { z } from 'zod';

/** Which dataset a ledger is about. */
export const datasetIdentitySchema = z.strictObject({
  hotkey: hotkeySchema,
  network: z.string(),
  netuid: z.int(),
  source: z.enum(SOURCE_NAMES),
  profile: z.enum(['raw', 'encoded']),
});
export type DatasetIdentity = z.infer<typeof datasetIdentitySchema>;

export function sameIdentity(a: DatasetIdentity, b: DatasetIdentity): boolean {
  return datasetIdentitySchema.keyof().options.every((key) => a[key] === b[key]);
}

export function describeIdentity(identity: DatasetIdentity): string {
  const { source, profile, hotkey, network, netuid } = identity;
  return `${source} (${profile}) of ${hotkey} on ${network}, netuid ${netuid}`;
}
