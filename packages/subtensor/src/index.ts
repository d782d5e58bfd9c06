export type { ChainBlock } from './chain-block.ts';
export { type ChainFault, ChainUnavailableError } from './chain-unavailable-error.ts';
export type { EndpointHealth } from './endpoint-pool.ts';
export type { NeuronRegistry, NeuronStatus } from './neuron-registry.ts';
export type { StakeSource } from './read-subnet.ts';
export { StaticNeuronRegistry } from './static-neuron-registry.ts';
export {
  RegistryError,
  type StaticRegistryFile,
  staticRegistryFileSchema,
} from './static-registry-file.ts';
export { SubtensorRegistry, type SubtensorRegistryOptions } from './subtensor-registry.ts';
export { type SubtensorSettings, subtensorSettingsSchema } from './subtensor-settings.ts';
