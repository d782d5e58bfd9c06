import { z } from 'zod';
import { type Clock, systemClock } from '../../decision/clock.ts';
import type { SharedState } from '../shared-state.ts';
import { DynamoLevers } from './dynamo-levers.ts';
import { DynamoNonceStore } from './dynamo-nonce-store.ts';
import { DynamoQuotaStore } from './dynamo-quota-store.ts';
import { DynamoTable, type DynamoTableOptions } from './dynamo-table.ts';

export interface DynamoStateOptions extends DynamoTableOptions {
  readonly clock?: Clock | undefined;
  /** How long a pause, or that there is none, is taken for granted: 0 to 10,000, default 3,000. */
  readonly pauseCacheMilliseconds?: number | undefined;
}

const cacheSchema = z.int().min(0).max(10_000).default(3_000);

/**
 * The state of all instances in one DynamoDB table. The service needs GetItem, PutItem and UpdateItem of it; `control`
 * needs PutItem, DeleteItem, GetItem and Scan. Throws ZodError where an option is wrong; nothing is asked yet.
 */
export function openDynamoState({
  clock = systemClock,
  pauseCacheMilliseconds,
  ...place
}: DynamoStateOptions): SharedState {
  const table = new DynamoTable(place);
  const levers = new DynamoLevers(table, clock, cacheSchema.parse(pauseCacheMilliseconds));
  return {
    nonces: new DynamoNonceStore(table, clock),
    quota: new DynamoQuotaStore(table),
    levers,
    control: levers,
    close: () => undefined,
  };
}
