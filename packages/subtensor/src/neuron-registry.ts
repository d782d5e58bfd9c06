import type { HotkeyAddress } from '@data-universe/core-auth';

/** What the chain knows of a hotkey on one subnet. */
export type NeuronStatus =
  | { readonly registered: false }
  | { readonly registered: true; readonly uid: number; readonly validatorPermit: boolean };

/** Who is registered on a subnet, and who holds a validator permit. */
export interface NeuronRegistry {
  /** Throws ChainUnavailableError where the question can't be answered; never guesses. */
  lookup(netuid: number, hotkey: HotkeyAddress, signal?: AbortSignal): Promise<NeuronStatus>;
}

/** The registry could not be asked, or its answer could not be trusted. Retryable. */
export class ChainUnavailableError extends Error {
  override readonly name = 'ChainUnavailableError';
  readonly code = 'ChainUnavailable';
  readonly retryable = true;
}
