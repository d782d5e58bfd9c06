import {
  loadConfigWithOrigins,
  type ProgramContext,
  readStoreSettings,
  renderSettings,
  requireS3Settings,
} from '@data-universe/app-kit';
import { loadHotkey } from '@data-universe/core-auth';
import type { S3ValidatorStorage } from '@data-universe/s3-validator';

export interface ConfigOptions {
  readonly config?: string | undefined;
}

/** The validator that the configuration describes. Throws ConfigError, WalletError, AccessError. */
export async function openValidator(
  { config: path }: ConfigOptions,
  { env, verbose, log }: ProgramContext,
): Promise<S3ValidatorStorage> {
  const loaded = await loadConfigWithOrigins({ path, env });
  const { config, settings } = loaded;
  if (verbose) log(renderSettings(settings).trimEnd());
  const { auth_endpoint, bucket_name, region, endpoint_url } = requireS3Settings(config);
  const storeSettings = await readStoreSettings(loaded);
  // Loaded here: neither a help text nor a typo has to wait for the store's client.
  const { S3ValidatorStorage } = await import('@data-universe/s3-validator');
  const signer = await loadHotkey(config.wallet);
  if (verbose) log(`hotkey ${signer.address}`);
  return new S3ValidatorStorage({
    signer,
    network: config.network,
    netuid: config.netuid,
    authEndpoint: auth_endpoint,
    store: { bucket: bucket_name, region, endpoint: endpoint_url },
    storeSettings,
  });
}
