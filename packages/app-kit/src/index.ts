export {
  ConfigError,
  type ConfigErrorCode,
  type ConfigProblem,
  type Origin,
  originText,
} from './config/config-error.ts';
export { DEFAULT_CONFIG_FILE } from './config/config-file.ts';
export {
  type EffectiveSetting,
  type LoadConfigOptions,
  type LoadedConfig,
  loadConfig,
  loadConfigWithOrigins,
} from './config/load-config.ts';
export { requireS3Settings, type S3Settings } from './config/s3-settings.ts';
export type { Config, ConfigInput, StorageType } from './config/schema.ts';
