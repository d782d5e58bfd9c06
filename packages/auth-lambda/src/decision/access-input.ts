import type { WireInput } from '../wire/wire-input.ts';

export interface AccessInput extends Omit<WireInput, 'body'> {
  /** The bytes, or how to receive them: only what an address within its limit sends is received. */
  readonly body: Uint8Array | (() => Promise<Uint8Array>);
  /** The client's address, as the transport knows it. */
  readonly sourceAddress: string;
}
