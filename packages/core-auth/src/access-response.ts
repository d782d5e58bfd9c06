import { z } from 'zod';
import { MAX_OPERATIONS } from './store-operation.ts';

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

/** A request to the store that carries its own signature, for whoever has it to send. */
const presignedRequestSchema = z.object({
  method: z.enum(['GET', 'HEAD', 'PUT']),
  url: z.url(),
  /** Signed: to be sent exactly so, `host` apart. Names in lower case. */
  headers: z.record(z.string().regex(/^[a-z0-9-]+$/), z.string()),
});
export type PresignedRequest = z.infer<typeof presignedRequestSchema>;

/** The answer to a granted request with `operations`. */
export const presignedGrantSchema = z.object({
  request_id: z.string(),
  /** When the first of the signatures ends; ISO 8601, UTC. */
  expiration: z.iso.datetime(),
  bucket: z.string().min(1),
  region: z.string().min(1),
  endpoint: z.url(),
  /** Each ends in `/`; nothing outside them is signed. */
  prefixes: z.array(z.string().endsWith('/')).min(1),
  /** Puts are signed with `If-None-Match: *`. */
  create_only: z.boolean(),
  /** Puts are signed with a checksum that the store is to check and keep. */
  checksums: z.boolean(),
  /** As they were asked for, in that order. */
  requests: z.array(presignedRequestSchema).max(MAX_OPERATIONS),
});
export type PresignedGrant = z.infer<typeof presignedGrantSchema>;

/** What a service gives: temporary credentials, or signatures for single requests. */
export const SERVICE_MODES = ['credentials', 'presigned'] as const;
export type ServiceMode = (typeof SERVICE_MODES)[number];

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
    /** The service's own, with BadRequest where the request was for the other. */
    mode: z.enum(SERVICE_MODES).optional().catch(undefined),
  }),
});
export type AccessRefusal = z.infer<typeof accessRefusalSchema>;
