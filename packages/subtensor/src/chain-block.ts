import { toHex } from '@data-universe/core-auth/protocol';
import { ChainUnavailableError } from './chain-unavailable-error.ts';
import type { StorageValues } from './query-storage.ts';
import { BLOCK_NUMBER_KEY, GENESIS_HASH_KEY, TIMESTAMP_NOW_KEY } from './storage-keys.ts';

/** The finalised block that an answer is from. */
export interface ChainBlock {
  readonly hash: string;
  readonly number: number;
  /** Unix milliseconds, as the block's author saw them. */
  readonly timestamp: number;
}

export const BLOCK_KEYS = [GENESIS_HASH_KEY, TIMESTAMP_NOW_KEY, BLOCK_NUMBER_KEY] as const;

/** The genesis hash of each network known by name. */
export const GENESIS_HASHES: ReadonlyMap<string, string> = new Map([
  ['finney', '0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03'],
]);

export interface BlockRules {
  readonly network: string;
  readonly genesisHash: string;
  /** The most that a block's time may differ from ours, either way. */
  readonly maxBlockAgeMs: number;
}

/** Throws ChainUnavailableError: WrongGenesis, Stale, Malformed. `now` in Unix milliseconds. */
export function checkedBlock(
  hash: string,
  values: StorageValues,
  rules: BlockRules,
  now: number,
): ChainBlock {
  const genesis = values.required(GENESIS_HASH_KEY, 'the genesis hash', (reader) =>
    toHex(reader.fixed(32)),
  );
  if (genesis !== rules.genesisHash) {
    throw new ChainUnavailableError(
      `it serves the chain of genesis ${genesis.slice(0, 10)}, not ${rules.network}`,
      { reason: 'WrongGenesis' },
    );
  }
  const timestamp = Number(
    values.required(TIMESTAMP_NOW_KEY, 'the time', (reader) => reader.u64()),
  );
  const age = now - timestamp;
  if (Math.abs(age) > rules.maxBlockAgeMs) {
    const seconds = Math.round(Math.abs(age) / 1000);
    throw new ChainUnavailableError(
      `its finalised block is ${seconds} s ${age > 0 ? 'behind' : 'ahead of'} our clock`,
      { reason: 'Stale' },
    );
  }
  const number = values.required(BLOCK_NUMBER_KEY, 'the block number', (reader) => reader.u32());
  return { hash, number, timestamp };
}
