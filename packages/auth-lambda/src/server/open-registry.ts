import { addressOf } from '@data-universe/core-auth/protocol';
import {
  ChainUnavailableError,
  type NeuronRegistry,
  StaticNeuronRegistry,
  SubtensorRegistry,
} from '@data-universe/subtensor';
import { chainSettings } from './chain-settings.ts';
import type { CommandConfig } from './command-config.ts';

export interface OpenedRegistry {
  readonly registry: NeuronRegistry;
  /** What the operator should know though the service starts. */
  readonly warning?: string | undefined;
  close(): void;
}

/** Registered nowhere; that it can be asked about shows that the registry works. */
const NOBODY = addressOf(new Uint8Array(32));

/**
 * The static list or the chain. A list of another subnet would refuse everybody, for good: throws ChainUnavailableError.
 * A chain that can't be asked now may be back in a minute: until then each request is refused, and the warning says why.
 */
export async function openRegistry(config: CommandConfig): Promise<OpenedRegistry> {
  if (config.registry !== undefined) {
    const registry = await StaticNeuronRegistry.fromFile(config.registry, {
      network: config.network,
    });
    await registry.lookup(config.netuid, NOBODY);
    return { registry, close: () => undefined };
  }
  const registry = new SubtensorRegistry(chainSettings(config));
  const close = () => registry.close();
  try {
    await registry.lookup(config.netuid, NOBODY);
    return { registry, close };
  } catch (error) {
    if (!(error instanceof ChainUnavailableError)) throw error;
    const warning = `every request is refused until the chain can be asked: ${error.message}`;
    return { registry, warning, close };
  }
}
