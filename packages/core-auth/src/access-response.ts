import { z } from 'zod';

/** Temporary credentials and where they open: the answer to a granted request. */
export const accessGrantSchema = z.object({
  request_id: z.string(),
  credentials: z.object({
    access_key_id: z.string().min(1),
    secret_access_key: z.string().min(1),
    session_token: z.string().min(1),
  }),
  /** ISO 8601, UTC. */
  expiration: z.iso.datetime(),
  bucket: z.string().min(1),
  region: z.string().min(1),
  /** Null for AWS itself. */
  endpoint: z.url().nullable(),
  /** Each ends in `/`; nothing outside them is granted. */
  prefixes: z.array(z.string().endsWith('/')).min(1),
});
export type AccessGrant = z.infer<typeof accessGrantSchema>;

export const REFUSAL_CODES = [
  'BadRequest',
  'TooLarge',
  'ClockSkew',
  'BadSignature',
  'Replayed',
  'NotRegistered',
  'NoValidatorPermit',
  'InsufficientStake',
  'ChainUnavailable',
  'Denied',
  'QuotaExceeded',
  'TooManyRequests',
  'Paused',
  'IssuerUnavailable',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** The answer to a refused request. */
export const accessRefusalSchema = z.object({
  request_id: z.string(),
  error: z.object({
    code: z.enum(REFUSAL_CODES),
    /** A sentence that tells the user what to do. */
    message: z.string(),
    retryable: z.boolean(),
    /** Seconds to wait. */
    retry_after: z.number().optional(),
    /** Unix seconds; with ClockSkew. */
    server_time: z.int().optional(),
  }),
});
export type AccessRefusal = z.infer<typeof accessRefusalSchema>;
