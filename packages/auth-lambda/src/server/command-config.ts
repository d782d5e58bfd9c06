import { type HotkeyAddress, isHotkeyAddress } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import { accessConfigSchema } from '../decision/access-config.ts';

const hotkey = z
  .string()
  .refine((text): text is HotkeyAddress => isHotkeyAddress(text), 'not an ss58 address');

/** The configuration file of `data-universe-auth`; every flag is one of its keys. */
export const commandConfigSchema = accessConfigSchema.extend({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(0),
  path: z
    .string()
    .regex(/^\/[\w./-]*$/)
    .default('/auth'),
  trust_proxy_header: z.boolean().default(false),
  /** Default: the URL it listens on. */
  audience: accessConfigSchema.shape.audience.optional(),
  network: accessConfigSchema.shape.network.default('finney'),
  netuid: accessConfigSchema.shape.netuid.default(13),
  region: accessConfigSchema.shape.region.default('us-east-1'),
  /** Path of a static registry. */
  registry: z.string().min(1),
  sts_endpoint: z.url({ protocol: /^https?$/ }).optional(),
  upload_role_arn: z.string().min(1),
  read_role_arn: z.string().min(1),
  session_seconds: z.int().optional(),
  source_identity: z.boolean().default(true),
  denied_hotkeys: z.array(hotkey).default([]),
  requests_per_second: z.number().positive().default(10),
  request_burst: z.int().positive().default(100),
  /** Default: standard error. */
  audit_file: z.string().min(1).optional(),
});
export type CommandConfig = z.output<typeof commandConfigSchema>;
