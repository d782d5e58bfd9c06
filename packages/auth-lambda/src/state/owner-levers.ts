import type { AccessRequest, HotkeyAddress } from '@data-universe/core-auth';

/** What the owner has switched off, as every instance of the service sees it. */
export interface OwnerLevers {
  /** Whether all requests for this action are paused. Throws where it can't tell: the request is then refused. */
  isPaused(action: AccessRequest['action'], signal?: AbortSignal): Promise<boolean>;
  /** Whether a hotkey gets nothing, whatever the chain says of it. Throws where it can't tell. */
  isDenied(hotkey: HotkeyAddress, signal?: AbortSignal): Promise<boolean>;
}
