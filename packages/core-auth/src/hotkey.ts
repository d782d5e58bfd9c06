import { sr25519Sign } from '@polkadot/util-crypto/sr25519';
import { addressOf, type HotkeyAddress } from './hotkey-address.ts';
import type { Signer } from './signer.ts';

/** Both halves of an sr25519 key: 32 bytes, and 64 bytes (scalar times 8, then the nonce seed). */
export interface Keypair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** A hotkey whose secret is held by this process, where no inspection, spread or serialiser reaches it. */
export class Hotkey implements Signer {
  readonly address: HotkeyAddress;
  readonly #keypair: Keypair;

  constructor(keypair: Keypair) {
    this.address = addressOf(keypair.publicKey);
    this.#keypair = keypair;
    Object.freeze(this);
  }

  sign(message: Uint8Array): Uint8Array {
    // The signer below would decode a hex string; only bytes may reach it.
    if (!(message instanceof Uint8Array)) throw new TypeError('a message to sign is a Uint8Array');
    return sr25519Sign(message, this.#keypair);
  }
}
