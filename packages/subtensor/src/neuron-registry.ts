import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import type { ChainBlock } from './chain-block.ts';

/** What the chain knows of a hotkey on one subnet. */
export type NeuronStatus =
  | { readonly registered: false }
  | {
      readonly registered: true;
      readonly uid: number;
      readonly validatorPermit: boolean;
      /** In RAO. Absent where the registry does not know it, which is not the same as none. */
      readonly stake?: bigint;
    };

/** Who is registered on a subnet, and who holds a validator permit. */
export interface NeuronRegistry {
  /** The newest finalised block that an answer came from; absent where no chain was asked. */
  readonly lastBlock?: ChainBlock | undefined;
  /** Throws ChainUnavailableError where the question can't be answered; never guesses. */
  lookup(netuid: number, hotkey: HotkeyAddress, signal?: AbortSignal): Promise<NeuronStatus>;
}
