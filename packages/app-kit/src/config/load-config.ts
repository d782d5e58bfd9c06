import { checkLayer } from './check-layer.ts';
import { type ConfigProblem, invalidConfig, type Origin } from './config-error.ts';
import { readConfigFile } from './config-file.ts';
import { readEnvironmentLayer } from './environment-layer.ts';
import { merge } from './merge.ts';
import { expandPath } from './paths.ts';
import { type Config, type ConfigInput, layerSchema, type StorageType } from './schema.ts';
import { type KeyPath, SETTINGS, valueAt } from './setting-tree.ts';
import { type Given, resolveSwitches } from './storage-switches.ts';
import { type Layer, parseYamlLayer } from './yaml-layer.ts';

export interface LoadConfigOptions {
  /** A YAML file; left out: ./data-universe.yaml if it exists. */
  readonly path?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Settings of the command line; they win over all others. */
  readonly overrides?: ConfigInput | undefined;
  /** What relative paths are relative to; the current directory if left out. */
  readonly directory?: string | undefined;
}

/** A setting in force and where it came from. */
export interface EffectiveSetting {
  readonly key: string;
  readonly value: string | number | boolean | null;
  readonly origin: Origin;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read, as it was named; undefined where there was none. */
  readonly file: string | undefined;
  readonly settings: readonly EffectiveSetting[];
}

/** The settings in force: command line over environment over file over defaults. Throws ConfigError. */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  return (await loadConfigWithOrigins(options)).config;
}

/** As loadConfig, and each setting's origin, to be shown to whoever wonders. Throws ConfigError. */
export async function loadConfigWithOrigins(options: LoadConfigOptions): Promise<LoadedConfig> {
  const directory = options.directory ?? process.cwd();
  const file = await readConfigFile(options.path, directory);
  const yaml = parseYamlLayer(file?.text ?? '', file?.name ?? '');
  const environment = readEnvironmentLayer(options.env);
  const commandLine: Layer = {
    value: options.overrides ?? {},
    originOf: () => ({ kind: 'option' }),
  };
  const layers: readonly Layer[] = [yaml, environment, commandLine];

  const problems: ConfigProblem[] = [
    ...yaml.problems,
    ...environment.problems,
    ...layers.flatMap(checkLayer),
  ];
  if (problems.length > 0) throw invalidConfig(problems);

  const switches = resolveSwitches({
    type: given<StorageType>(layers, ['storage', 'type']),
    useS3: given<boolean>(layers, ['storage', 'use_s3']),
    useHuggingFace: given<boolean>(layers, ['storage', 'use_huggingface']),
  });
  if (!('type' in switches)) throw invalidConfig(switches);
  const { type, useS3, useHuggingFace } = switches;

  const merged = layerSchema.parse(
    layers.reduce<unknown>((sum, { value }) => merge(sum, value), {}),
  );
  const pathContext = { directory, env: options.env };
  const { s3 } = merged.storage;
  const { ca_file } = s3.store_settings;
  const { metrics_file } = merged.publishing;
  const expanded = (path: string | null) => (path === null ? null : expandPath(path, pathContext));
  const config: Config = {
    ...merged,
    wallet: { ...merged.wallet, path: expandPath(merged.wallet.path, pathContext) },
    database: expandPath(merged.database, pathContext),
    state_directory: expandPath(merged.state_directory, pathContext),
    storage: {
      ...merged.storage,
      type: type.value,
      use_s3: useS3.value,
      use_huggingface: useHuggingFace.value,
      s3: {
        ...s3,
        store_settings: {
          ...s3.store_settings,
          ca_file: expanded(ca_file),
        },
      },
    },
    publishing: { ...merged.publishing, metrics_file: expanded(metrics_file) },
  };
  const derived = new Map<string, Origin>([
    ['storage.type', type.origin],
    ['storage.use_s3', useS3.origin],
    ['storage.use_huggingface', useHuggingFace.origin],
  ]);
  const settings = SETTINGS.map(({ path }) => {
    const key = path.join('.');
    return {
      key,
      value: valueAt(config, path) as EffectiveSetting['value'],
      origin: derived.get(key) ?? given(layers, path)?.origin ?? ({ kind: 'default' } as const),
    };
  });
  return { config, file: file?.name, settings };
}

/** A setting as its strongest layer gives it; both the value's type and its rules were checked before. */
function given<Value>(layers: readonly Layer[], path: KeyPath): Given<Value> | undefined {
  for (const [rank, layer] of [...layers.entries()].reverse()) {
    const value = valueAt(layer.value, path);
    if (value !== undefined) return { value: value as Value, rank, origin: layer.originOf(path) };
  }
  return undefined;
}
