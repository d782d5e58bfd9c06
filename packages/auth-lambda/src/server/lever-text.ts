import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import type { LeverNote, LeversShown } from '../state/lever-control.ts';
import type { PausedActions } from '../state/owner-levers.ts';

export type LeverOrder =
  | {
      readonly command: 'deny';
      readonly hotkey: HotkeyAddress;
      readonly reason?: string | undefined;
    }
  | { readonly command: 'allow'; readonly hotkey: HotkeyAddress }
  | {
      readonly command: 'pause';
      readonly actions: PausedActions;
      readonly reason?: string | undefined;
    }
  | { readonly command: 'resume'; readonly actions: PausedActions }
  | { readonly command: 'levers' };

type Change = Exclude<LeverOrder, { readonly command: 'levers' }> & {
  readonly changed: boolean;
  /** The configuration file says otherwise. */
  readonly overruled: boolean;
};

const REQUESTS: Readonly<Record<PausedActions, string>> = {
  all: 'All requests are',
  upload: 'Requests to upload are',
  read: 'Requests to read are',
};

export function describeChange(change: Change): string {
  const lines = [headline(change)];
  if (change.overruled)
    lines.push(
      'The configuration file of the service says otherwise, and holds: change it and restart.',
    );
  return `${lines.join('\n')}\n`;
}

function headline(change: Change): string {
  switch (change.command) {
    case 'deny':
      return change.changed
        ? `${change.hotkey} is denied from its next request on; sessions it has go on until they end.`
        : `${change.hotkey} was denied before.`;
    case 'allow':
      return `${change.hotkey} ${change.changed ? 'is no longer denied.' : 'was not denied.'}`;
    case 'pause':
      return `${REQUESTS[change.actions]} paused${change.changed ? ' within seconds; sessions that are out go on until they end.' : ' since before.'}`;
    case 'resume':
      return `${REQUESTS[change.actions]} ${change.changed ? 'no longer paused.' : 'not paused by this lever.'}`;
  }
}

export interface LeversAndConfigured extends LeversShown {
  readonly configured: {
    readonly paused: readonly PausedActions[];
    readonly denied: readonly HotkeyAddress[];
  };
}

export function describeLevers({ paused, denied, configured }: LeversAndConfigured): string {
  const byConfiguration = ' (by the configuration file)';
  const lines = [
    'Paused:',
    ...listed([
      ...paused.map((lever) => `${lever.actions}${noteText(lever)}`),
      ...configured.paused.map((actions) => `${actions}${byConfiguration}`),
    ]),
    'Denied:',
    ...listed([
      ...denied.map((lever) => `${lever.hotkey}${noteText(lever)}`),
      ...configured.denied.map((hotkey) => `${hotkey}${byConfiguration}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

const listed = (lines: readonly string[]): string[] =>
  lines.length === 0 ? ['  nothing'] : lines.map((line) => `  ${line}`);

/** Notes are written by other programs too: what moves a terminal's cursor is left out. */
function noteText({ since, reason }: LeverNote): string {
  const text = `${since === null ? '' : ` since ${since}`}${reason === null ? '' : `: ${reason}`}`;
  return text.replaceAll(/\p{C}/gu, ' ').slice(0, 300);
}
