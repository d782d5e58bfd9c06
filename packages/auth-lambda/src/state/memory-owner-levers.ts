import type { AccessRequest, HotkeyAddress } from '@data-universe/core-auth/protocol';
import type { OwnerLevers, PausedActions } from './owner-levers.ts';

/** The levers of one process: from its configuration, or moved by its owner's code. */
export class MemoryOwnerLevers implements OwnerLevers {
  readonly #denied: Set<HotkeyAddress>;
  readonly #paused: Set<PausedActions>;

  constructor(denied: Iterable<HotkeyAddress> = [], paused: Iterable<PausedActions> = []) {
    this.#denied = new Set(denied);
    this.#paused = new Set(paused);
  }

  deny(hotkey: HotkeyAddress): void {
    this.#denied.add(hotkey);
  }

  allow(hotkey: HotkeyAddress): void {
    this.#denied.delete(hotkey);
  }

  pause(actions: PausedActions): void {
    this.#paused.add(actions);
  }

  resume(actions: PausedActions): void {
    this.#paused.delete(actions);
  }

  async isPaused(action: AccessRequest['action']): Promise<boolean> {
    return this.#paused.has('all') || this.#paused.has(action);
  }

  async isDenied(hotkey: HotkeyAddress): Promise<boolean> {
    return this.#denied.has(hotkey);
  }
}
