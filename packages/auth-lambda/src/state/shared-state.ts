import type { LeverControl } from './lever-control.ts';
import type { NonceStore } from './nonce-store.ts';
import type { OwnerLevers } from './owner-levers.ts';
import type { QuotaStore } from './quota-store.ts';

/** One store of everything that the instances of a service share. */
export interface SharedState {
  readonly nonces: NonceStore;
  readonly quota: QuotaStore;
  readonly levers: OwnerLevers;
  readonly control: LeverControl;
  /** Nothing may be asked of it afterwards. */
  close(): void;
}
