import type { HotkeyAddress } from '@data-universe/core-auth';
import type { SourceName } from '@data-universe/dataset';
import { RepositoryNameError } from './repository-name-error.ts';
import { repositoryUid } from './repository-uid.ts';

/** As the Hub has it: no `--` or `..`, and neither `-` nor `.` at an end. */
const USER = /^(?!.*(?:--|\.\.))\w(?:[\w.-]{0,94}\w)?$/;

const SOURCES = ['reddit', 'x'] as const satisfies readonly SourceName[];

export interface RepositoryNameParts {
  /** User or organisation on the Hub. */
  readonly user: string;
  readonly source: SourceName;
  readonly hotkey: HotkeyAddress;
}

/**
 * `{user}/{reddit|x}_dataset_{uid}`: the dataset repository of one source of one hotkey.
 * Throws RepositoryNameError: InvalidUser, InvalidHotkey, or UnsupportedSource for YouTube.
 */
export function repositoryName({ user, source, hotkey }: RepositoryNameParts): string {
  if (!USER.test(user)) {
    const shown = JSON.stringify(user.slice(0, 64));
    throw new RepositoryNameError(
      'InvalidUser',
      `${shown} is no user or organisation of Hugging Face: letters, digits, "-", "_" and "." (at most 96)`,
    );
  }
  if (!SOURCES.some((known) => known === source)) {
    throw new RepositoryNameError(
      'UnsupportedSource',
      `${source} has no dataset on Hugging Face: only ${SOURCES.join(' and ')} do`,
    );
  }
  return `${user}/${source}_dataset_${repositoryUid(hotkey)}`;
}
