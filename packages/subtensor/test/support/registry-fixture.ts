import { afterEach } from 'vitest';
import {
  ChainUnavailableError,
  SubtensorRegistry,
  type SubtensorSettings,
} from '../../src/index.ts';
import { GENESIS, ScriptedChain } from './scripted-chain.ts';

export const NOW = Date.UTC(2027, 0, 15, 12);

/** A clock that stands until it is set. */
export const clock = { now: NOW };

const chains: ScriptedChain[] = [];
const registries: SubtensorRegistry[] = [];

afterEach(async () => {
  clock.now = NOW;
  for (const registry of registries.splice(0)) registry.close();
  await Promise.all(chains.splice(0).map((chain) => chain.close()));
});

/** A chain whose finalised block is 30 s old. */
export async function startChain(): Promise<ScriptedChain> {
  const chain = await ScriptedChain.start(NOW - 30_000);
  chains.push(chain);
  return chain;
}

export function registryOf(
  asked: readonly ScriptedChain[],
  settings: Partial<SubtensorSettings> = {},
): SubtensorRegistry {
  const registry = new SubtensorRegistry(
    {
      network: 'private',
      netuid: 13,
      genesisHash: GENESIS,
      endpoints: asked.map(({ url }) => url),
      // Long, for a machine with much else to do; tests of time limits give their own.
      requestTimeoutMs: 20_000,
      totalTimeoutMs: 30_000,
      // The clock stands still, so it would be waited for in full each time.
      intervalMs: 0,
      ...settings,
    },
    { now: () => clock.now },
  );
  registries.push(registry);
  return registry;
}

/** What a lookup fails with. */
export async function failureOf(lookup: Promise<unknown>): Promise<ChainUnavailableError> {
  const error = await lookup.then(
    (status) => new Error(`it answered ${JSON.stringify(status)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ChainUnavailableError) return error;
  throw error;
}
