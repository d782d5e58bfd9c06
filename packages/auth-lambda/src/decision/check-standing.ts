import { ChainUnavailableError, type NeuronStatus } from '@data-universe/subtensor';
import type { AccessClaim } from '../wire/access-claim.ts';
import type { AccessConfig } from './access-config.ts';
import type { AccessPorts } from './access-ports.ts';
import { faultRefusal, Refusal } from './refusal.ts';
import type { AskInTime } from './time-limit.ts';

type Neuron = Extract<NeuronStatus, { registered: true }>;

/** What the chain knows of the hotkey. Throws Refusal NotRegistered or ChainUnavailable. */
export async function requireRegistered(
  config: AccessConfig,
  ports: AccessPorts,
  { hotkey }: AccessClaim,
  ask: AskInTime,
): Promise<Neuron> {
  const status = await lookup(config, ports, hotkey, ask);
  if (status.registered === true) return status;
  throw new Refusal(
    'NotRegistered',
    `Hotkey ${hotkey} is not registered on ${subnetOf(config)}; register it, or check which wallet is configured.`,
  );
}

/** Throws Refusal NoValidatorPermit, InsufficientStake, or ChainUnavailable where the stake is not known. */
export function requireStanding(
  config: AccessConfig,
  { hotkey, scope: { action } }: AccessClaim,
  neuron: Neuron,
): void {
  if (action === 'read' && neuron.validatorPermit !== true)
    throw new Refusal(
      'NoValidatorPermit',
      `Hotkey ${hotkey} holds no validator permit on ${subnetOf(config)}; reading a miner's data takes one.`,
    );
  if (config.min_stake > 0 && stakeOf(neuron) < BigInt(config.min_stake))
    throw new Refusal(
      'InsufficientStake',
      `Hotkey ${hotkey} has less stake on ${subnetOf(config)} than the ${config.min_stake} RAO that this service asks for; add stake to it.`,
    );
}

function subnetOf({ netuid, network }: AccessConfig): string {
  return `subnet ${netuid} of ${network}`;
}

async function lookup(
  config: AccessConfig,
  ports: AccessPorts,
  hotkey: AccessClaim['hotkey'],
  ask: AskInTime,
): Promise<NeuronStatus> {
  try {
    return await ask(config.registry_timeout_ms, (signal) =>
      ports.registry.lookup(config.netuid, hotkey, signal),
    );
  } catch (error) {
    throw chainFault(error);
  }
}

/** A stake that the registry doesn't know is not enough and not too little: nobody can say. */
function stakeOf({ stake }: Neuron): bigint {
  if (stake !== undefined) return stake;
  throw chainFault(
    new ChainUnavailableError('the registry knows no stakes, and min_stake asks for one'),
  );
}

function chainFault(error: unknown): Refusal {
  return faultRefusal(
    'ChainUnavailable',
    'The service could not ask the chain who is registered; try again in a few seconds with a new request.',
    'registry',
    error,
  );
}
