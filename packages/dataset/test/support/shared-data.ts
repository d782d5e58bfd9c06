import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = process.env.DATA_UNIVERSE_SHARED ?? join(repository, '..', 'shared');

/** A file of the data that is not part of the repository; undefined where there is none. */
export function sharedData(name: string): string | undefined {
  const path = join(folder, 'data', name);
  if (existsSync(path)) return path;
  if (process.env.DATA_UNIVERSE_REQUIRE_ALL === '1') throw new Error(`${path} is required`);
  return undefined;
}
