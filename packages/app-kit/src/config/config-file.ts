import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from './config-error.ts';

/** Read from the current directory where no file is named. */
export const DEFAULT_CONFIG_FILE = 'data-universe.yaml';

export interface ConfigFile {
  /** As the user wrote it. */
  readonly name: string;
  readonly text: string;
}

/** The named file, or else ./data-universe.yaml if there is one; UTF-8. */
export async function readConfigFile(
  path: string | undefined,
  directory: string,
): Promise<ConfigFile | undefined> {
  const name = path ?? DEFAULT_CONFIG_FILE;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(resolve(directory, name));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' && path === undefined) return undefined;
    throw unreadable(name, code);
  }
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw new ConfigError(
      'ConfigUnreadable',
      `the configuration ${name} is not UTF-8 text: save it as UTF-8`,
    );
  }
}

function unreadable(name: string, code: string): ConfigError {
  if (code === 'ENOENT') {
    return new ConfigError(
      'ConfigMissing',
      `there is no configuration file ${name}: check the path given by --config`,
    );
  }
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'you may not read it: check its permissions',
    EISDIR: 'it is a folder: name the file in it',
    ENOTDIR: 'a part of its path is no folder: check the path',
  };
  return new ConfigError(
    'ConfigUnreadable',
    `the configuration ${name} can't be read: ${reasons[code] ?? code}`,
  );
}
