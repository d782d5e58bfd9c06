import { z } from 'zod';
import { isBucketName } from '../grant/bucket-name.ts';
import { OLDER_FORMS } from '../wire/older-forms.ts';

/** What a service is and how much it gives; times in the unit their name says. */
export const accessConfigSchema = z.strictObject({
  /** This service's public URL, exactly as its users configure it: requests are signed for it. */
  audience: z.url({ protocol: /^https?$/ }).max(512),
  network: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a name such as finney'),
  netuid: z.int().min(0).max(65_535),
  bucket: z.string().refine(isBucketName, 'not a bucket name by the rules of S3'),
  region: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a name such as us-east-1'),
  /** Where clients find the store; null for AWS itself. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  /** Requests of one hotkey in one UTC day; a miner needs one per source every 15 minutes. */
  uploads_per_day: z.int().positive().default(2_000),
  /** A validator needs one per miner it looks at. */
  reads_per_day: z.int().positive().default(20_000),
  /** Least stake of a hotkey, in RAO; 0 asks for none. */
  min_stake: z.int().min(0).default(0),
  /** Forms of request that are accepted beside the current one; docs/protocol.md says what they lack. */
  older_forms: z.array(z.enum(OLDER_FORMS)).default([]),
  /** For one question to nonces, levers or quotas. */
  state_timeout_ms: z.int().positive().default(3_000),
  registry_timeout_ms: z.int().positive().default(5_000),
  issuer_timeout_ms: z.int().positive().default(8_000),
});
/** As written, defaults absent. */
export type AccessConfigInput = z.input<typeof accessConfigSchema>;
export type AccessConfig = z.output<typeof accessConfigSchema>;
