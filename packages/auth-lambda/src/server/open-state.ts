import type { AwsCredentials } from '../aws/aws-credentials.ts';
import { openDynamoState } from '../state/dynamodb/dynamo-state.ts';
import { MemoryNonceStore } from '../state/memory-nonce-store.ts';
import { MemoryOwnerLevers } from '../state/memory-owner-levers.ts';
import { MemoryQuotaStore } from '../state/memory-quota-store.ts';
import { anyOf } from '../state/owner-levers.ts';
import type { SharedState } from '../state/shared-state.ts';
import type { CommandConfig } from './command-config.ts';

export type OpenedState = Pick<SharedState, 'nonces' | 'quota' | 'levers' | 'close'> & {
  /** For people. */
  readonly where: string;
  readonly warning?: string | undefined;
};

const ALONE =
  'nonces, quotas and limits are in the memory of this process: run this one alone, or set state_file; a restart forgets them';

/** Where the configuration wants the state, and its levers beside those of the configuration itself. */
export async function openState(
  config: CommandConfig,
  credentials: AwsCredentials,
): Promise<OpenedState> {
  const configured = new MemoryOwnerLevers(config.denied_hotkeys, config.paused);
  const { state_file: path, state_table: table } = config;
  if (path === undefined && table === undefined) {
    return {
      nonces: new MemoryNonceStore(),
      quota: new MemoryQuotaStore(),
      levers: configured,
      where: 'memory',
      warning: ALONE,
      close: () => undefined,
    };
  }
  const shared =
    path === undefined
      ? openDynamoState({
          table: table ?? '',
          region: config.region,
          endpoint: config.dynamodb_endpoint,
          credentials: () => credentials,
          pauseCacheMilliseconds: config.pause_cache_ms,
        })
      : await openFile(path);
  return {
    nonces: shared.nonces,
    quota: shared.quota,
    levers: anyOf(configured, shared.levers),
    where: path ?? `table ${table}`,
    close: () => shared.close(),
  };
}

/** Loaded where it is wanted: SQLite is native code. */
async function openFile(path: string): Promise<SharedState> {
  const { openSqliteState } = await import('../state/sqlite/index.ts');
  return await openSqliteState(path);
}
