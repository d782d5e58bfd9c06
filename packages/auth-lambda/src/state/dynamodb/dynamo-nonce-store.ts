import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import type { Clock } from '../../decision/clock.ts';
import type { NonceStore } from '../nonce-store.ts';
import type { DynamoTable } from './dynamo-table.ts';

/** Nonces of all instances: an item each, which the table removes some time after it expired. */
export class DynamoNonceStore implements NonceStore {
  readonly #table: DynamoTable;
  readonly #clock: Clock;

  constructor(table: DynamoTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  claim(
    hotkey: HotkeyAddress,
    nonce: string,
    expiresAt: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const write = {
      operation: 'PutItem',
      pk: `nonce#${hotkey}#${nonce}`,
      item: { expires: { N: String(Math.ceil(expiresAt / 1000)) } },
      // The table takes days to remove what expired.
      condition: 'attribute_not_exists(pk) OR #expires <= :now',
      names: { '#expires': 'expires' },
      values: { ':now': { N: String(Math.floor(this.#clock.now() / 1000)) } },
    } as const;
    return this.#table.write(write, signal);
  }
}
