import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { subtensorSettingsSchema } from '@data-universe/subtensor';
import { z } from 'zod';
import { serviceEndpointSchema } from '../aws/service-endpoint.ts';
import { accessConfigSchema } from '../decision/access-config.ts';
import { PAUSED_ACTIONS } from '../state/owner-levers.ts';
import { chainConfigShape, chainSettings } from './chain-settings.ts';
import { grantConfigShape, missingOf, withModeDefaults } from './grant-config.ts';
import { operationConfigShape } from './operation-config.ts';

/** Where nonces, quotas and levers are; by default in the memory of the process. */
const stateShape = {
  region: accessConfigSchema.shape.region.default('us-east-1'),
  /** An SQLite file on a local disk, shared by the processes of one machine. */
  state_file: z.string().min(1).optional(),
  /** A DynamoDB table in `region`. */
  state_table: z.string().min(1).optional(),
  dynamodb_endpoint: serviceEndpointSchema.optional(),
  denied_hotkeys: z.array(hotkeySchema).default([]),
  paused: z.array(z.enum(PAUSED_ACTIONS)).default([]),
};

/** The part of the configuration that the owner's commands read; the rest is not looked at. */
export const stateConfigSchema = z.object(stateShape);
export type StateConfig = z.output<typeof stateConfigSchema>;

const fieldsSchema = accessConfigSchema
  .extend({
    ...stateShape,
    ...chainConfigShape,
    ...grantConfigShape,
    ...operationConfigShape,
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(0),
    path: z
      .string()
      .regex(/^\/[\w./-]*$/)
      .default('/auth'),
    /** Default: the URL it listens on. */
    audience: accessConfigSchema.shape.audience.optional(),
    network: accessConfigSchema.shape.network.default('finney'),
    netuid: accessConfigSchema.shape.netuid.default(13),
    /** Path of a static registry; in its place, chain_endpoints. */
    registry: z.string().min(1).optional(),
    /** How long a pause in a table may stay unnoticed. */
    pause_cache_ms: z.int().min(0).max(10_000).default(3_000),
  })
  .refine((config) => (config.registry === undefined) !== (config.chain_endpoints === undefined), {
    path: ['registry'],
    message: 'name one of registry, a static list, and chain_endpoints',
    // Told together with what else is wrong.
    when: isMapping,
  })
  .refine((config) => missingOf(config).length === 0, {
    path: ['upload_role_arn'],
    message: 'name upload_role_arn and read_role_arn, or mode: presigned for a store without STS',
    when: isMapping,
  })
  .superRefine((config, context) => {
    const problem = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (config.state_file !== undefined && config.state_table !== undefined)
      problem('state_file', 'name one of state_file and state_table');
    if (config.chain_endpoints === undefined) return;
    const chain = subtensorSettingsSchema.safeParse(chainSettings(config));
    for (const { path, message } of chain.error?.issues ?? [])
      problem(path[0] === 'genesisHash' ? 'genesis_hash' : 'chain_endpoints', message);
  });

/** The configuration file of `data-universe-auth`; every flag is one of its keys. */
export const commandConfigSchema = z.preprocess(withModeDefaults, fieldsSchema);
export type CommandConfig = z.output<typeof commandConfigSchema>;

function isMapping({ value }: { readonly value: unknown }): boolean {
  return z.looseObject({}).safeParse(value).success;
}
