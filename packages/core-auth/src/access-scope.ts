import type { SourceName } from './access-request.ts';
import type { HotkeyAddress } from './hotkey-address.ts';

/** Write one's own data of one source. */
export interface UploadScope {
  readonly action: 'upload';
  readonly source: SourceName;
}

/** Read a miner's data: of one source, or of all. */
export interface ReadScope {
  readonly action: 'read';
  readonly minerHotkey: HotkeyAddress;
  readonly source?: SourceName | undefined;
}

export type AccessScope = UploadScope | ReadScope;

/** As a sentence names it. */
export function describeScope(scope: AccessScope): string {
  if (scope.action === 'upload') return `upload of ${scope.source}`;
  return `read of ${scope.source ?? 'all sources'} of ${scope.minerHotkey}`;
}

/** Whether prefixes (`data/{source}/{hotkey}/`) are what a scope opens to the hotkey that signs for it. */
export function isScopeOf(
  prefixes: readonly string[],
  scope: AccessScope,
  signer: HotkeyAddress,
): boolean {
  const owner = scope.action === 'upload' ? signer : scope.minerHotkey;
  if (scope.source !== undefined) {
    return prefixes.length === 1 && prefixes[0] === `data/${scope.source}/${owner}/`;
  }
  // A newer service may know more sources than this client, an older one fewer.
  const ofOwner = (prefix: string) =>
    /^data\/[a-z][a-z0-9_-]{0,31}\//.exec(prefix)?.[0].concat(owner, '/') === prefix;
  return prefixes.length > 0 && prefixes.every(ofOwner);
}
