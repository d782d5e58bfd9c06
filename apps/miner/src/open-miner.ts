import { join } from 'node:path';
import { type Config, loadConfig, requireS3Settings } from '@data-universe/app-kit';
import { loadHotkey } from '@data-universe/core-auth';
import { S3MinerStorage } from '@data-universe/s3-miner';

export interface ConfigOptions {
  readonly config?: string | undefined;
  readonly database?: string | undefined;
}

export interface OpenMiner {
  readonly config: Config;
  readonly miner: S3MinerStorage;
}

/** The miner that the configuration describes. Throws ConfigError, WalletError, AccessError. */
export async function openMiner(
  { config: path, database }: ConfigOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenMiner> {
  const overrides = database === undefined ? {} : { database };
  const config = await loadConfig({ path, env, overrides });
  const { auth_endpoint, bucket_name, region, endpoint_url } = requireS3Settings(config);
  const signer = await loadHotkey(config.wallet);
  const miner = new S3MinerStorage({
    database: config.database,
    stateDirectory: join(config.state_directory, 's3', signer.address),
    signer,
    network: config.network,
    netuid: config.netuid,
    authEndpoint: auth_endpoint,
    store: { bucket: bucket_name, region, endpoint: endpoint_url },
    deletedRows: config.storage.deleted_rows,
  });
  return { config, miner };
}
