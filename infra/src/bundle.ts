import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** There is no Lambda bundle to deploy. */
export class BundleMissingError extends Error {
  override readonly name = 'BundleMissingError';
  readonly code = 'BundleMissing';
  readonly retryable = false;
}

/** The folder that holds `index.mjs`, as given. Throws BundleMissingError. */
export function requireBundle(directory: string): string {
  if (existsSync(join(directory, 'index.mjs'))) return directory;
  throw new BundleMissingError(
    `There is no index.mjs in ${directory}. Write the Lambda bundle first (pnpm lambda:bundle), or name its folder as bundle_directory in the settings.`,
  );
}
