import type { HotkeyAddress } from './hotkey-address.ts';

/** A hotkey that can sign; where its secret lives is its own affair. */
export interface Signer {
  readonly address: HotkeyAddress;
  /** sr25519, context `substrate`, over the raw bytes: 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}
