import { type HotkeyAddress, SOURCE_NAMES, type SourceName } from '@data-universe/core-auth';

/** The part of an access request that says what it opens. */
export type Scope =
  | { readonly action: 'upload'; readonly hotkey: HotkeyAddress; readonly source: SourceName }
  | {
      readonly action: 'read';
      readonly miner_hotkey: HotkeyAddress;
      readonly source?: SourceName | undefined;
    };

/**
 * The prefixes a request opens. An upload opens the signer's own; a read opens one miner's, each
 * source by name: a `*` in place of the source would match across `/` as well.
 */
export function grantedPrefixes(scope: Scope): string[] {
  if (scope.action === 'upload') return [prefixOf(scope.source, scope.hotkey)];
  const sources = scope.source === undefined ? SOURCE_NAMES : [scope.source];
  return sources.map((source) => prefixOf(source, scope.miner_hotkey));
}

function prefixOf(source: SourceName, hotkey: HotkeyAddress): string {
  return `data/${source}/${hotkey}/`;
}
