export {
  ChainUnavailableError,
  type NeuronRegistry,
  type NeuronStatus,
} from './neuron-registry.ts';
export { StaticNeuronRegistry } from './static-neuron-registry.ts';
export {
  RegistryError,
  type StaticRegistryFile,
  staticRegistryFileSchema,
} from './static-registry-file.ts';
