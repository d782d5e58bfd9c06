import {
  type AwsCredentials,
  awsEnvironmentSchema,
  storeEnvironmentSchema,
} from '../aws/aws-credentials.ts';
import type { CommandConfig } from './command-config.ts';

export interface ServiceKeys {
  /** For STS and the table. */
  readonly service: AwsCredentials;
  /** For the store, where requests to it are presigned. */
  readonly store: AwsCredentials;
}

/** From the environment, so that they are in no file or process list. Throws ZodError, which names what is not set. */
export function serviceKeys(
  config: CommandConfig,
  env: Readonly<Record<string, string | undefined>>,
): ServiceKeys {
  const store = storeEnvironmentSchema.parse(env);
  const storeAlone = config.mode === 'presigned' && config.state_table === undefined;
  if (store !== undefined && storeAlone) return { service: store, store };
  const service = awsEnvironmentSchema.parse(env);
  return { service, store: store ?? service };
}
