import type { Account } from './config.ts';
import type { Keys } from './keys-file.ts';
import type { ObjectStore } from './store/object-store.ts';

/** All that the handlers of a running cloud share. */
export interface Cloud {
  readonly account: Account;
  readonly keys: Keys;
  readonly store: ObjectStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
