import { loadConfig, requireS3Settings, UsageError } from '@data-universe/app-kit';
import {
  type HotkeyAddress,
  isHotkeyAddress,
  loadHotkey,
  SOURCE_NAMES,
  type SourceName,
} from '@data-universe/core-auth';
import { S3ValidatorStorage } from '@data-universe/s3-validator';

export interface ConfigOptions {
  readonly config?: string | undefined;
}

/** The validator that the configuration describes. Throws ConfigError, WalletError, AccessError. */
export async function openValidator(
  { config: path }: ConfigOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<S3ValidatorStorage> {
  const config = await loadConfig({ path, env });
  const { auth_endpoint, bucket_name, region, endpoint_url } = requireS3Settings(config);
  return new S3ValidatorStorage({
    signer: await loadHotkey(config.wallet),
    network: config.network,
    netuid: config.netuid,
    authEndpoint: auth_endpoint,
    store: { bucket: bucket_name, region, endpoint: endpoint_url },
  });
}

export function parseHotkey(text: string): HotkeyAddress {
  if (isHotkeyAddress(text)) return text;
  throw new UsageError(`${JSON.stringify(text)} is not the ss58 address of a hotkey`);
}

export function parseSource(text: string): SourceName {
  const source = SOURCE_NAMES.find((name) => name === text);
  if (source !== undefined) return source;
  throw new UsageError(`${JSON.stringify(text)} is no source: choose ${SOURCE_NAMES.join(', ')}`);
}
