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
export { renderSettings } from './config/render-settings.ts';
export { requireS3Settings, type S3Settings } from './config/s3-settings.ts';
export type { Config, ConfigInput, StorageType } from './config/schema.ts';
export { readStoreSettings, type StoreSettings } from './config/store-settings.ts';
export { escapeLines, escapeText } from './escape-text.ts';
export { EXIT, type ExitCode, exitCodeFor } from './exit-code.ts';
export { formatBytes, formatCount, formatDuration } from './format.ts';
export { addExamples, type Example } from './help.ts';
export { type Column, type Output, renderTable } from './output.ts';
export { contextOf, type ProgramContext } from './program-context.ts';
export type { Phase, PhaseOptions, Progress } from './progress.ts';
export {
  createProgress,
  type ProgressMode,
  type ProgressOptions,
  progressMode,
} from './progress.ts';
export { describeError, type ErrorDocument, renderError } from './render-error.ts';
export { type RunProgramOptions, runProgram } from './run-program.ts';
export { UsageError } from './usage-error.ts';
