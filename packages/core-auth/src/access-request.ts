import { z } from 'zod';
import { hotkeySchema } from './hotkey-schema.ts';
import { MAX_OPERATIONS, storeOperationSchema } from './store-operation.ts';

/** First line of the signed bytes: no signature for anything else can pass for an access request. */
export const ACCESS_REQUEST_DOMAIN = 'data-universe-storage/access-request/v1';

/** Longest span from `issued_at` to `expires_at`, in seconds. */
export const MAX_REQUEST_SECONDS = 300;

export const SOURCE_NAMES = ['reddit', 'x', 'youtube'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

const unixSeconds = z.int().min(0).max(253_402_300_799);

const common = {
  version: z.literal(1),
  hotkey: hotkeySchema,
  network: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  netuid: z.int().min(0).max(65_535),
  /** The URL this request is meant for, as the service publishes it. */
  audience: z
    .string()
    .min(1)
    .max(512)
    .refine((text) => text.isWellFormed(), 'not well-formed Unicode'),
  issued_at: unixSeconds,
  expires_at: unixSeconds,
  /** 16 random bytes, lower-case hex. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  /** To be presigned by a service without credentials to give; empty where only the store is asked for. */
  operations: z.array(storeOperationSchema).max(MAX_OPERATIONS).optional(),
};

const signature = { signature: z.string().regex(/^0x[0-9a-f]{128}$/) };
const upload = { action: z.literal('upload'), source: z.enum(SOURCE_NAMES) };
const read = {
  action: z.literal('read'),
  miner_hotkey: hotkeySchema,
  source: z.enum(SOURCE_NAMES).optional(),
};

/** What a hotkey asks for, before it is signed; times in Unix seconds. */
export const unsignedAccessRequestSchema = z.discriminatedUnion('action', [
  z.strictObject({ ...common, ...upload }),
  z.strictObject({ ...common, ...read }),
]);
export type UnsignedAccessRequest = z.infer<typeof unsignedAccessRequestSchema>;

/** What is sent: `POST {auth_endpoint}`, JSON. */
export const accessRequestSchema = z.discriminatedUnion('action', [
  z.strictObject({ ...common, ...upload, ...signature }),
  z.strictObject({ ...common, ...read, ...signature }),
]);
export type AccessRequest = z.infer<typeof accessRequestSchema>;
