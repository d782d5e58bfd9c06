import { z } from 'zod';
import { OLDER_FORMS } from '../wire/older-forms.ts';

const whole = z
  .string()
  .regex(/^\d{1,15}$/, 'not a whole number')
  .transform(Number);
const list = z.string().transform((text) => text.split(',').filter((part) => part !== ''));
const text = z.string('it is not set').min(1, 'it is empty');

/** What the stack sets; each value is checked by the part that it is for. */
const environmentSchema = z
  .object({
    DATA_UNIVERSE_AUDIENCE: text,
    DATA_UNIVERSE_NETWORK: text,
    DATA_UNIVERSE_NETUID: whole,
    DATA_UNIVERSE_BUCKET: text,
    /** Of the bucket, the table and STS. */
    DATA_UNIVERSE_REGION: text,
    DATA_UNIVERSE_UPLOAD_ROLE_ARN: text,
    DATA_UNIVERSE_READ_ROLE_ARN: text,
    DATA_UNIVERSE_STATE_TABLE: text,
    /** Between commas. */
    DATA_UNIVERSE_CHAIN_ENDPOINTS: list,
    DATA_UNIVERSE_GENESIS_HASH: text.optional(),
    /** In rao. */
    DATA_UNIVERSE_MIN_STAKE: whole.default(0),
    DATA_UNIVERSE_STAKE_SOURCE: z.enum(['weighed', 'alpha']).default('weighed'),
    DATA_UNIVERSE_SESSION_SECONDS: whole.optional(),
    DATA_UNIVERSE_UPLOADS_PER_DAY: whole.optional(),
    DATA_UNIVERSE_READS_PER_DAY: whole.optional(),
    /** Between commas. */
    DATA_UNIVERSE_OLDER_FORMS: list.pipe(z.array(z.enum(OLDER_FORMS))).optional(),
    /** For stores other than AWS: where clients find it, and where this service finds STS and DynamoDB. */
    DATA_UNIVERSE_STORE_ENDPOINT: text.optional(),
    DATA_UNIVERSE_STS_ENDPOINT: text.optional(),
    DATA_UNIVERSE_DYNAMODB_ENDPOINT: text.optional(),
  })
  .transform((env) => ({
    audience: env.DATA_UNIVERSE_AUDIENCE,
    network: env.DATA_UNIVERSE_NETWORK,
    netuid: env.DATA_UNIVERSE_NETUID,
    bucket: env.DATA_UNIVERSE_BUCKET,
    region: env.DATA_UNIVERSE_REGION,
    uploadRoleArn: env.DATA_UNIVERSE_UPLOAD_ROLE_ARN,
    readRoleArn: env.DATA_UNIVERSE_READ_ROLE_ARN,
    stateTable: env.DATA_UNIVERSE_STATE_TABLE,
    chainEndpoints: env.DATA_UNIVERSE_CHAIN_ENDPOINTS,
    genesisHash: env.DATA_UNIVERSE_GENESIS_HASH,
    minStake: env.DATA_UNIVERSE_MIN_STAKE,
    stakeSource: env.DATA_UNIVERSE_STAKE_SOURCE,
    sessionSeconds: env.DATA_UNIVERSE_SESSION_SECONDS,
    uploadsPerDay: env.DATA_UNIVERSE_UPLOADS_PER_DAY,
    readsPerDay: env.DATA_UNIVERSE_READS_PER_DAY,
    olderForms: env.DATA_UNIVERSE_OLDER_FORMS,
    storeEndpoint: env.DATA_UNIVERSE_STORE_ENDPOINT,
    stsEndpoint: env.DATA_UNIVERSE_STS_ENDPOINT,
    dynamodbEndpoint: env.DATA_UNIVERSE_DYNAMODB_ENDPOINT,
  }));
export type LambdaSettings = z.output<typeof environmentSchema>;

/** The function's environment can't be used; the message names each variable, and repeats no value. */
class LambdaEnvironmentError extends Error {
  override readonly name = 'LambdaEnvironmentError';
  readonly code = 'InvalidEnvironment';
  readonly retryable = false;
}

/** Throws LambdaEnvironmentError. */
export function readLambdaEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): LambdaSettings {
  const parsed = environmentSchema.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new LambdaEnvironmentError(
    `the environment can't be used; set what is named here:\n${z.prettifyError(parsed.error)}`,
  );
}
