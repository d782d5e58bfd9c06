import type { HotkeyAddress } from '@data-universe/core-auth/protocol';

/** One-time use of a nonce (at most 64 characters), shared by every instance of the service. */
export interface NonceStore {
  /**
   * True for exactly one caller per (hotkey, nonce) until `expiresAt` (ms since the epoch), however
   * many ask at once. Throws where it can't tell: the request is then refused.
   */
  claim(
    hotkey: HotkeyAddress,
    nonce: string,
    expiresAt: number,
    signal?: AbortSignal,
  ): Promise<boolean>;
}
