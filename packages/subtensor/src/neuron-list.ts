import type { HotkeyAddress } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import type { NeuronStatus } from './neuron-registry.ts';
import { RegistryError, staticRegistryFileSchema } from './static-registry-file.ts';

/** The neurons of one subnet, by hotkey. */
export interface NeuronList {
  readonly network: string;
  readonly netuid: number;
  readonly statuses: ReadonlyMap<HotkeyAddress, NeuronStatus>;
}

/** Throws RegistryError where the value is no StaticRegistryFile. `origin` names it. */
export function parseNeuronList(value: unknown, origin: string): NeuronList {
  const file = staticRegistryFileSchema.safeParse(value);
  if (!file.success) {
    throw new RegistryError(`${origin} is no list of neurons:\n${z.prettifyError(file.error)}`);
  }
  const { network, netuid, neurons } = file.data;
  const statuses = new Map(
    neurons.map(({ uid, hotkey, validator_permit: validatorPermit, stake }) => [
      hotkey,
      { registered: true, uid, validatorPermit, ...(stake !== undefined && { stake }) } as const,
    ]),
  );
  return { network, netuid, statuses };
}
