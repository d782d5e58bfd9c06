import type { SubtensorSettings } from '@data-universe/subtensor';
import { z } from 'zod';
import type { AccessConfig } from '../decision/access-config.ts';

/** How the chain is asked, in the words of a configuration. */
export const chainConfigShape = {
  /** JSON-RPC over https, one to eight, in order of preference. */
  chain_endpoints: z.array(z.string().min(1)).min(1).max(8).optional(),
  /** Known for finney; needed for every other network. */
  genesis_hash: z.string().optional(),
  /** What min_stake is compared with, where it is over 0: the stake as the chain weighs it, or the subnet's alpha alone. */
  stake_source: z.enum(['weighed', 'alpha']).default('weighed'),
  /** The most that the newest finalised block may be behind, or ahead of, our clock. */
  max_block_age_seconds: z.int().min(12).max(3_600).default(120),
  /** So long an answer is used again without asking. */
  chain_fresh_seconds: z.int().min(0).max(900).default(30),
  /** So long it is used while a newer one is fetched; who was struck off the chain may go on for that long. */
  chain_stale_seconds: z.int().min(0).max(900).default(300),
};
const chainConfigSchema = z.object(chainConfigShape);
export type ChainConfig = z.output<typeof chainConfigSchema>;

/** For the decision to hear the chain's reason, rather than that it took too long. */
const MARGIN_MS = 500;
const LONGEST_MS = 4_500;
const ONE_REQUEST_MS = 2_000;

/** The settings of a SubtensorRegistry, whose word arrives within `registry_timeout_ms`. */
export function chainSettings(
  config: ChainConfig &
    Pick<AccessConfig, 'network' | 'netuid' | 'min_stake' | 'registry_timeout_ms'>,
): SubtensorSettings {
  const { registry_timeout_ms: limit } = config;
  const totalTimeoutMs = Math.min(LONGEST_MS, Math.max(limit - MARGIN_MS, Math.ceil(limit / 2)));
  return {
    network: config.network,
    netuid: config.netuid,
    endpoints: config.chain_endpoints ?? [],
    genesisHash: config.genesis_hash,
    stake: config.min_stake > 0 ? config.stake_source : 'none',
    requestTimeoutMs: Math.min(ONE_REQUEST_MS, totalTimeoutMs),
    totalTimeoutMs,
    maxBlockAgeMs: config.max_block_age_seconds * 1000,
    freshForMs: config.chain_fresh_seconds * 1000,
    staleForMs: Math.max(config.chain_fresh_seconds, config.chain_stale_seconds) * 1000,
  };
}
