import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { z } from 'zod';

/** What CloudWatch Logs takes; any other number fails a deployment half way. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

/** The function gets them as one text, between commas. */
const chainEndpoint = z
  .url({ protocol: /^https$/, error: 'an https URL: JSON-RPC is asked over HTTP' })
  .regex(/^[^,\s]+$/, 'no comma and no space');
const certificateArn = z
  .string()
  .regex(/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'not the ARN of a certificate');

const fieldsSchema = z.strictObject({
  /** The account it may be deployed to, and no other. */
  account: z.string().regex(/^\d{12}$/, 'an account has 12 digits'),
  /** Of the partition `aws`: every policy names its resources as arn:aws. */
  region: z
    .string()
    .regex(/^(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+)+-\d$/, 'a region of the partition aws'),
  /** Unique among all buckets of AWS. S3 allows dots, which no certificate of its own covers. */
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'a bucket name has 3 to 63 of a-z 0-9 -'),
  /** Begins the name of each role, table, function and alarm; another one for a second deployment. */
  name_prefix: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,31}$/, 'letters and digits, 32 at most')
    .default('DataUniverse'),
  /** `kms` makes a key of your own; see the README for what that costs and what is untried. */
  bucket_encryption: z.enum(['s3', 'kms']).default('s3'),
  /** Versions that a write or a removal by the owner has replaced. */
  noncurrent_versions_days: z.int().min(1).default(30),
  /** Removes data *and manifests* that old; null keeps everything. */
  expire_objects_after_days: z.int().min(30).nullable().default(null),

  network: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
    .default('finney'),
  netuid: z.int().min(0).max(65_535).default(13),
  /** Nodes of the chain, asked in this order. */
  chain_endpoints: z.array(chainEndpoint).min(1).max(8),
  /** Hash of the chain's first block; the service knows it of finney, and needs it of any other network. */
  genesis_hash: z
    .string()
    .regex(/^0x[0-9a-f]{64}$/, '0x and 64 hex digits in lower case')
    .nullable()
    .default(null),
  /** Least stake of a hotkey, in RAO. */
  min_stake: z.int().min(0).default(0),
  /** Which stake that is: as the chain weighs it, or what is staked on the hotkey on this subnet. */
  stake_source: z.enum(['weighed', 'alpha']).default('weighed'),
  /** Requests of earlier clients that are served too; see docs/protocol.md for what they lack. */
  older_forms: z.array(z.enum(['first-upload', 'first-read', 'tao-v2'])).default([]),
  session_seconds: z.int().min(900).max(3600).default(900),
  uploads_per_day: z.int().positive().default(2_000),
  reads_per_day: z.int().positive().default(20_000),

  /** Throttling of the HTTP API, over all clients. */
  requests_per_second: z.int().positive().default(50),
  request_burst: z.int().positive().default(100),
  /** Null: none. AWS refuses any in a new account whose quota is still 10. */
  reserved_concurrency: z.int().positive().nullable().default(null),
  /** Null: the address that API Gateway gives. */
  domain: z
    .strictObject({ name: z.hostname(), certificate_arn: certificateArn })
    .nullable()
    .default(null),
  log_retention_days: z.literal(RETENTION_DAYS).default(90),

  /** Gets alarms and the budget's notices once it has confirmed; null for nobody yet. */
  alarm_email: z.email().nullable().default(null),
  /** An alarm when the newest finalised block that the service saw is older. */
  max_chain_age_seconds: z.int().positive().default(360),
  monthly_budget_usd: z.number().positive().nullable().default(50),

  /** Hotkeys whose live sessions the bucket refuses; see docs/deploy-aws.md. */
  revoked_hotkeys: z.array(hotkeySchema).max(150).default([]),
  /** Sessions issued before this time, of every hotkey, are refused; an emergency stop. */
  revoke_sessions_before: z.iso.datetime().nullable().default(null),

  /** What `pnpm lambda:bundle` wrote, relative to the settings file; absent: where it writes it. */
  bundle_directory: z.string().min(1).optional(),
});

/** One deployment, as `settings.json` describes it. Defaults suit Data Universe on finney. */
export const settingsSchema = fieldsSchema.refine(
  ({ network, genesis_hash: hash }) => network === 'finney' || hash !== null,
  { path: ['genesis_hash'], error: 'needed for every network but finney' },
);

export type SettingsInput = z.input<typeof settingsSchema>;
export type Settings = z.output<typeof settingsSchema>;
