import { isLoopbackHost } from '@data-universe/core-auth/loopback-host';
import { z } from 'zod';

/** Said of each setting, next to its zod rule; the documentation and the messages are made of it. */
export interface SettingMeta {
  /** What the setting is for, in one or two sentences. */
  readonly description: string;
  /** Completes "expected ...". */
  readonly expected: string;
  /** Environment variables that override it, the newest name first. */
  readonly variables?: readonly string[];
}

export const settings = z.registry<SettingMeta>();

/** Said of a group of settings. */
export const groups = z.registry<Pick<SettingMeta, 'expected'>>();

/** Plain http would show credentials to the network: it is accepted on this machine alone. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const encrypted =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  const bare = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return encrypted && bare;
}

export const safeUrl = z.string().max(512).refine(isSafeUrl);
export const URL_EXPECTED =
  'an https:// URL without user name, query or fragment (http:// only for this machine)';

/** A folder's name, never a path: wallet names are joined to the wallet folder. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point.
const FILE_NAME = /^(?!\.{1,2}$)[^/\\\u0000-\u001f\u007f]{1,128}$/;
export const fileName = z.string().regex(FILE_NAME);
export const FILE_NAME_EXPECTED = 'a name without / or \\';

/** `~name`, somebody else's home folder, is refused: it would be taken for a folder of that name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point.
const PATH = /^(?!~[^/\\])[^\u0000-\u001f\u007f]+$/;
export const path = z.string().max(4096).regex(PATH);
export const PATH_EXPECTED = 'a path (~ or ~/... is your home folder)';

export const networkName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
export const bucketName = z.string().regex(/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
export const regionName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
