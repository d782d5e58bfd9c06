import { type Clock, systemClock } from '../../decision/clock.ts';
import type { SharedState } from '../shared-state.ts';
import { SqliteLevers } from './sqlite-levers.ts';
import { SqliteNonceStore } from './sqlite-nonce-store.ts';
import { SqliteQuotaStore } from './sqlite-quota-store.ts';
import { StateFile } from './state-file.ts';

export interface SqliteStateOptions {
  readonly clock?: Clock | undefined;
  /** False: the file has to be there. Default true. */
  readonly create?: boolean | undefined;
  /** How large the file may grow. Default 1 GiB, millions of live nonces: beyond that requests are refused. */
  readonly maxBytes?: number | undefined;
}

const DEFAULT_MAX_BYTES = 2 ** 30;

/**
 * The state of the processes of one machine in one SQLite file, on a local disk. Throws StateError where the file is
 * damaged, foreign, open to others, or can't be opened.
 */
export async function openSqliteState(
  path: string,
  { clock = systemClock, create = true, maxBytes = DEFAULT_MAX_BYTES }: SqliteStateOptions = {},
): Promise<SharedState> {
  const file = await StateFile.open(path, { create, maxBytes });
  const levers = new SqliteLevers(file, clock);
  return {
    nonces: new SqliteNonceStore(file, clock),
    quota: new SqliteQuotaStore(file),
    levers,
    control: levers,
    close: () => file.close(),
  };
}
