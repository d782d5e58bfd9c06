import type { HotkeyAddress } from '@data-universe/core-auth';

/** Hotkeys that get no credentials, whatever the chain says of them. */
export interface DenyList {
  /** Throws where it can't tell: the request is then refused. */
  isDenied(hotkey: HotkeyAddress): Promise<boolean>;
}
