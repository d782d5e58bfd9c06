import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import type { PausedActions } from './owner-levers.ts';

/** When and why a lever was moved, where that was written down. */
export interface LeverNote {
  /** ISO 8601. */
  readonly since: string | null;
  readonly reason: string | null;
}

export interface LeversShown {
  readonly paused: readonly (LeverNote & { readonly actions: PausedActions })[];
  readonly denied: readonly (LeverNote & { readonly hotkey: HotkeyAddress })[];
}

/** The owner's hand on the levers of a running service. Each throws StateError where it did not move. */
export interface LeverControl {
  /** False where the hotkey was denied before: then its note stays as it is. */
  deny(hotkey: HotkeyAddress, reason?: string): Promise<boolean>;
  /** False where it was not denied. */
  allow(hotkey: HotkeyAddress): Promise<boolean>;
  /** False where it was paused before. */
  pause(actions: PausedActions, reason?: string): Promise<boolean>;
  /** False where it was not paused; `all` does not resume what was paused by its own name. */
  resume(actions: PausedActions): Promise<boolean>;
  show(): Promise<LeversShown>;
}
