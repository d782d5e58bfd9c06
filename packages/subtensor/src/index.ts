export {
  ChainUnavailableError,
  type NeuronRegistry,
  type NeuronStatus,
} from './neuron-registry.ts';
