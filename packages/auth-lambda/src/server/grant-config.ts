import { SERVICE_MODES } from '@data-universe/core-auth/protocol';
import { z } from 'zod';

/** What a granted request gets, and from where. */
export const grantConfigShape = {
  /** Credentials from STS, or signatures for single requests where the store has no STS. */
  mode: z.enum(SERVICE_MODES).default('credentials'),

  sts_endpoint: z.url({ protocol: /^https?$/ }).optional(),
  upload_role_arn: z.string().min(1).optional(),
  read_role_arn: z.string().min(1).optional(),
  /** Life of the credentials. */
  session_seconds: z.int().min(900).max(3_600).default(900),
  source_identity: z.boolean().default(true),

  /** Life of a signature. */
  presign_seconds: z.int().min(1).max(3_600).default(300),
  /** False for stores that refuse `If-None-Match`. */
  presign_create_only: z.boolean().default(true),
  /** False for stores that refuse `x-amz-checksum-*`. */
  presign_checksums: z.boolean().default(true),
  /** True for stores that obey an `x-amz-acl` which nobody has signed: Ceph, and what is built on it. */
  presign_private_acl: z.boolean().default(false),
};
export type GrantConfig = z.output<z.ZodObject<typeof grantConfigShape>>;

/** A presigned request opens one object, credentials a whole prefix: a client needs that many more. */
const PRESIGNED_DEFAULTS = {
  uploads_per_day: 20_000,
  reads_per_day: 200_000,
  requests_per_second: 50,
  request_burst: 500,
};

/** Where a configuration names the presigned mode, its defaults beneath what is written. */
export function withModeDefaults(config: unknown): unknown {
  const presigned = z.looseObject({ mode: z.literal('presigned') }).safeParse(config);
  return presigned.success ? { ...PRESIGNED_DEFAULTS, ...presigned.data } : config;
}

/** What the mode needs and is not there, by its key. */
export function missingOf({ mode, upload_role_arn, read_role_arn }: GrantConfig): string[] {
  if (mode === 'presigned') return [];
  const roles = { upload_role_arn, read_role_arn };
  return Object.entries(roles).flatMap(([key, value]) => (value === undefined ? [key] : []));
}
