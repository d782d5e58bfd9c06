import { ConfigError } from './config-error.ts';
import type { Config } from './schema.ts';

/** What S3 needs, complete. */
export type S3Settings = Config['storage']['s3'] & { readonly auth_endpoint: string };

/** Throws ConfigError where S3 is switched off or no credential service is named. */
export function requireS3Settings({ storage }: Config): S3Settings {
  if (!storage.use_s3) {
    throw new ConfigError(
      'ConfigInvalid',
      'S3 is switched off, and this needs it: set storage.use_s3: true (or DATA_UNIVERSE_USE_S3=true)',
    );
  }
  const { auth_endpoint } = storage.s3;
  if (auth_endpoint === null) {
    throw new ConfigError(
      'ConfigInvalid',
      'storage.s3.auth_endpoint is not set: write the URL of the credential service there, or set DATA_UNIVERSE_S3_AUTH_ENDPOINT',
    );
  }
  return { ...storage.s3, auth_endpoint };
}
