import { join } from 'node:path';
import {
  type Config,
  loadConfigWithOrigins,
  type ProgramContext,
  readStoreSettings,
  renderSettings,
  requireS3Settings,
} from '@data-universe/app-kit';
import type { PublishingOptions, S3MinerStorage } from '@data-universe/s3-miner';

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
  { env, verbose, log }: ProgramContext,
): Promise<OpenMiner> {
  const overrides = database === undefined ? {} : { database };
  const loaded = await loadConfigWithOrigins({ path, env, overrides });
  const { config, settings } = loaded;
  if (verbose) log(renderSettings(settings).trimEnd());
  const { auth_endpoint, bucket_name, region, endpoint_url } = requireS3Settings(config);
  const storeSettings = await readStoreSettings(loaded);
  // Loaded here: neither a help text nor a typo has to wait for them.
  const { loadHotkey } = await import('@data-universe/core-auth');
  const { S3MinerStorage } = await import('@data-universe/s3-miner');
  const signer = await loadHotkey(config.wallet);
  if (verbose) log(`hotkey ${signer.address}`);
  const { network, netuid } = config;
  const miner = new S3MinerStorage({
    database: config.database,
    stateDirectory: join(config.state_directory, 's3', `${network}-${netuid}`, signer.address),
    signer,
    network,
    netuid,
    authEndpoint: auth_endpoint,
    store: { bucket: bucket_name, region, endpoint: endpoint_url },
    storeSettings,
    deletedRows: config.storage.deleted_rows,
    publishing: publishingOf(config),
  });
  return { config, miner };
}

function publishingOf({ publishing }: Config): PublishingOptions {
  return {
    retentionDays: publishing.retention_days ?? undefined,
    maxRows: publishing.max_rows ?? undefined,
    maxBytes: publishing.max_content_bytes ?? undefined,
    bytesPerSecond: publishing.max_bytes_per_second ?? undefined,
    concurrency: publishing.concurrent_uploads,
    compaction: publishing.merge_small_files ? {} : false,
  };
}
