import {
  type HotkeyAddress,
  SOURCE_NAMES,
  type SourceName,
} from '@data-universe/core-auth/protocol';

/** Folders that the first Python miners and validators know, by the number of their source: 1 is Reddit, 2 is X. */
const FIRST_FOLDERS = ['1', '2'] as const;

/** What stands for the source in a key. */
export const FOLDERS = [...SOURCE_NAMES, ...FIRST_FOLDERS] as const;
export type Folder = (typeof FOLDERS)[number];

/** The part of an access request that says what it opens. */
export type Scope =
  | { readonly action: 'upload'; readonly hotkey: HotkeyAddress; readonly source: Folder }
  | {
      readonly action: 'read';
      readonly miner_hotkey: HotkeyAddress;
      readonly source?: SourceName | undefined;
      /** The first folders too, where their validators look. */
      readonly first_folders?: true;
    };

/**
 * The prefixes a request opens. An upload opens the signer's own; a read opens one miner's, each
 * source by name: a `*` in place of the source would match across `/` as well.
 */
export function grantedPrefixes(scope: Scope): string[] {
  if (scope.action === 'upload') return [prefixOf(scope.source, scope.hotkey)];
  const sources = scope.source === undefined ? SOURCE_NAMES : [scope.source];
  const folders = scope.first_folders ? [...sources, ...FIRST_FOLDERS] : sources;
  return folders.map((folder) => prefixOf(folder, scope.miner_hotkey));
}

function prefixOf(folder: Folder, hotkey: HotkeyAddress): string {
  return `data/${folder}/${hotkey}/`;
}
