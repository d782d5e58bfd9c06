import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type Settings, settingsSchema } from './settings.ts';

/** The settings file is missing, is not JSON or does not describe a deployment; the message says what to correct. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'InvalidSettings';
  readonly retryable = false;
}

/** Where `pnpm lambda:bundle` writes. */
const DEFAULT_BUNDLE = resolve(import.meta.dirname, '../../packages/auth-lambda/lambda');

/** Reads a settings file. Throws SettingsError. */
export function readSettings(path: string): {
  readonly settings: Settings;
  readonly bundleDirectory: string;
} {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new SettingsError(
      `${path} ${why}. Copy settings.example.json to it and fill it in, or name another file: -c settings=FILE.`,
      { cause },
    );
  }
  const parsed = settingsSchema.safeParse(document);
  if (!parsed.success)
    throw new SettingsError(`${path} is not valid.\n${z.prettifyError(parsed.error)}`);
  const { bundle_directory: bundle } = parsed.data;
  return {
    settings: parsed.data,
    bundleDirectory: bundle === undefined ? DEFAULT_BUNDLE : resolve(dirname(path), bundle),
  };
}
