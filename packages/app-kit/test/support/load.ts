import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigError,
  type ConfigInput,
  type LoadedConfig,
  loadConfigWithOrigins,
} from '../../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface Given {
  readonly yaml?: string | Uint8Array;
  readonly env?: Record<string, string>;
  readonly overrides?: ConfigInput;
}

/** Loads what is given from ./data-universe.yaml of a folder of its own; the home folder is /home/miner. */
export async function load({ yaml, env = {}, overrides }: Given): Promise<LoadedConfig> {
  const directory = await temporaryFolder();
  if (yaml !== undefined) await writeFile(join(directory, 'data-universe.yaml'), yaml);
  return loadConfigWithOrigins({ env: { HOME: '/home/miner', ...env }, overrides, directory });
}

/** The error that loading ends in. */
export async function loadError(given: Given): Promise<ConfigError> {
  try {
    await load(given);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** The lines of the error's message, one for each problem. */
export async function problemLines(given: Given): Promise<string[]> {
  const { message } = await loadError(given);
  return message
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}
