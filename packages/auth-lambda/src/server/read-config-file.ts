import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** The keys of a configuration: those of the file, if there is one, and over them the flags that were given. */
export async function mergedConfig(flags: Record<string, unknown>): Promise<object> {
  const { config: path, ...others } = flags;
  const file = typeof path === 'string' ? await readConfigFile(path) : {};
  const named = Object.entries(others).map(([name, value]) => [snakeCase(name), value]);
  return { ...file, ...Object.fromEntries(named) };
}

async function readConfigFile(path: string): Promise<object> {
  const text = await readFile(path, 'utf8');
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new Error(`${path} is not a JSON object; correct it`);
  }
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
