/** Why the chain's word could not be had, for the operator; no answer to a client should tell. */
export type ChainFault =
  /** No connection to the endpoint. */
  | 'Unreachable'
  | 'Timeout'
  /** An HTTP status other than 200, or an error object of JSON-RPC. */
  | 'Rpc'
  /** An answer that is not what was asked for, or contradicts itself. */
  | 'Malformed'
  /** The endpoint serves another chain. */
  | 'WrongGenesis'
  /** The finalised block's time is too far from our clock, on either side. */
  | 'Stale'
  /** The chain has no such subnet, or it has no neuron. */
  | 'NoSubnet'
  /** The registry serves another subnet than the one asked about. */
  | 'OtherSubnet'
  /** More hotkeys are waiting for an answer than one question may hold. */
  | 'Overloaded'
  /** The registry was closed. */
  | 'Closed'
  /** The static registry's file can't be used. */
  | 'InvalidRegistry';

interface ChainUnavailableOptions extends ErrorOptions {
  readonly reason?: ChainFault;
}

/** The registry could not be asked, or its answer could not be trusted. Retryable. */
export class ChainUnavailableError extends Error {
  override readonly name = 'ChainUnavailableError';
  readonly code = 'ChainUnavailable';
  readonly retryable = true;
  readonly reason: ChainFault | undefined;

  constructor(message: string, options: ChainUnavailableOptions = {}) {
    super(message, options);
    this.reason = options.reason;
  }
}
