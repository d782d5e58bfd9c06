import type { AccessRequest, HotkeyAddress } from '@data-universe/core-auth/protocol';

/** `all` holds for uploads and reads alike. */
export const PAUSED_ACTIONS = ['all', 'upload', 'read'] as const;
export type PausedActions = (typeof PAUSED_ACTIONS)[number];

/** What the owner has switched off, as every instance of the service sees it. */
export interface OwnerLevers {
  /** Whether all requests for this action are paused. Throws where it can't tell: the request is then refused. */
  isPaused(action: AccessRequest['action'], signal?: AbortSignal): Promise<boolean>;
  /** Whether a hotkey gets nothing, whatever the chain says of it. Throws where it can't tell. */
  isDenied(hotkey: HotkeyAddress, signal?: AbortSignal): Promise<boolean>;
}

/** Levers that hold where one of several holds: those of the configuration and those of the state. */
export function anyOf(...all: readonly OwnerLevers[]): OwnerLevers {
  return {
    isPaused: async (action, signal) =>
      (await Promise.all(all.map((levers) => levers.isPaused(action, signal)))).includes(true),
    isDenied: async (hotkey, signal) =>
      (await Promise.all(all.map((levers) => levers.isDenied(hotkey, signal)))).includes(true),
  };
}
