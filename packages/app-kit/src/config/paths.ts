import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface PathContext {
  /** What relative paths are relative to. */
  readonly directory: string;
  readonly env: { readonly HOME?: string | undefined };
}

/** `~` and `~/...` become the home folder; what is relative becomes absolute. */
export function expandPath(path: string, { directory, env }: PathContext): string {
  const home = env.HOME || homedir();
  const expanded = /^~([/\\]|$)/.test(path) ? join(home, path.slice(1)) : path;
  return resolve(directory, expanded);
}
