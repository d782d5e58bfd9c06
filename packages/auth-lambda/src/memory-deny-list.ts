import type { HotkeyAddress } from '@data-universe/core-auth';
import type { DenyList } from './deny-list.ts';

export class MemoryDenyList implements DenyList {
  readonly #hotkeys: Set<HotkeyAddress>;

  constructor(hotkeys: Iterable<HotkeyAddress> = []) {
    this.#hotkeys = new Set(hotkeys);
  }

  deny(hotkey: HotkeyAddress): void {
    this.#hotkeys.add(hotkey);
  }

  async isDenied(hotkey: HotkeyAddress): Promise<boolean> {
    return this.#hotkeys.has(hotkey);
  }
}
