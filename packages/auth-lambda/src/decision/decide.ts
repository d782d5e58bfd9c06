import { MAX_REQUEST_SECONDS } from '@data-universe/core-auth/protocol';
import { grantedPrefixes } from '../grant/granted-prefixes.ts';
import type { AccessClaim } from '../wire/access-claim.ts';
import { badRequest } from '../wire/bad-request.ts';
import { readClaim } from '../wire/read-claim.ts';
import type { WireInput } from '../wire/wire-input.ts';
import type { AccessConfig } from './access-config.ts';
import type { AccessInput } from './access-input.ts';
import type { AccessPorts } from './access-ports.ts';
import { requireAddressedTo } from './check-addressee.ts';
import { MAX_CLOCK_SKEW_SECONDS, requireCurrent } from './check-clock.ts';
import { requireNotDenied, requireNotPaused } from './check-levers.ts';
import { requireMode, requireOperationsWithin } from './check-operations.ts';
import { requireQuota } from './check-quota.ts';
import { requireRegistered, requireStanding } from './check-standing.ts';
import type { Findings } from './findings.ts';
import { type Checked, type Given, give } from './give.ts';
import { Refusal } from './refusal.ts';
import { type AskInTime, inTime, timeLimits } from './time-limit.ts';

/**
 * A one-time value is remembered for longer than its request can be accepted by any instance whose clock is
 * within the skew of ours.
 */
const NONCE_LIFE_SECONDS = MAX_REQUEST_SECONDS + 2 * MAX_CLOCK_SKEW_SECONDS;

/**
 * The checks, cheapest and safest first: nothing that costs the named hotkey anything happens
 * before its signature is verified. Throws Refusal.
 */
export async function decide(
  input: AccessInput,
  config: AccessConfig,
  ports: AccessPorts,
  findings: Findings,
): Promise<Given> {
  const { sourceAddress } = input;
  const { strangers } = ports;
  await requireCalm(config, ports, sourceAddress);
  if (strangers?.admits(sourceAddress) === false) throw tooManyStrangers();
  const body = await receive(input.body);
  const examine = () => examined({ ...input, body }, config, ports, findings);
  const checked = strangers === undefined ? examine() : strangers.run(sourceAddress, examine);
  if (checked === undefined) throw tooManyStrangers();
  const { claim } = checked;
  const ask = timeLimits();
  await requireNotPaused(config, ports, claim, ask);
  await requireFirstUse(config, ports, claim, { ask, sourceAddress });
  findings.chainAsked = true;
  const neuron = await requireRegistered(config, ports, claim, ask);
  findings.uid = neuron.uid;
  requireStanding(config, claim, neuron);
  await requireNotDenied(config, ports, claim, ask);
  await requireQuota(config, ports, claim, ask);
  strangers?.prove(sourceAddress, claim.hotkey);

  return give(config, ports.issuer, checked, findings, ask);
}

/** What can be said of a request without asking anybody: all of it is processor time. */
function examined(
  input: WireInput,
  config: AccessConfig,
  ports: AccessPorts,
  findings: Findings,
): Checked {
  const claim = readClaim(input, config.older_forms);
  findings.claim = claim;
  const prefixes = grantedPrefixes(claim.scope);
  findings.prefixes = prefixes;
  if (claim.addressee !== undefined) requireAddressedTo(config, claim.addressee);
  requireMode(ports.issuer, claim);
  requireOperationsWithin(prefixes, claim);
  requireCurrent(claim, ports.clock.now());
  requireSignature(ports, claim);
  findings.signatureVerified = true;
  return { claim, prefixes };
}

function tooManyStrangers(): Refusal {
  return new Refusal(
    'TooManyRequests',
    'Too many requests from addresses that this service does not know yet; wait a second and try again.',
    { retryAfterSeconds: 1 },
  );
}

async function requireCalm(
  config: AccessConfig,
  ports: AccessPorts,
  address: string,
): Promise<void> {
  const verdict = await inTime(config.state_timeout_ms, ports.addressLimiter.take(address));
  if (verdict.allowed) return;
  throw new Refusal(
    'TooManyRequests',
    `Too many requests from this address; wait ${verdict.retryAfterSeconds} seconds and keep credentials until they expire instead of asking anew.`,
    { retryAfterSeconds: verdict.retryAfterSeconds },
  );
}

async function receive(body: AccessInput['body']): Promise<Uint8Array> {
  if (typeof body !== 'function') return body;
  try {
    return await body();
  } catch {
    // The client left or was too slow: the line says so, and nobody reads the answer.
    throw badRequest('its body did not arrive whole');
  }
}

function requireSignature(ports: AccessPorts, claim: AccessClaim): void {
  if (ports.verify(claim.hotkey, claim.message, claim.signature)) return;
  throw new Refusal(
    'BadSignature',
    "The signature is not the hotkey's over this request; sign exactly the bytes that the protocol says, with the secret of this hotkey, and alter nothing after signing.",
  );
}

async function requireFirstUse(
  config: AccessConfig,
  ports: AccessPorts,
  claim: AccessClaim,
  { ask, sourceAddress }: { readonly ask: AskInTime; readonly sourceAddress: string },
): Promise<void> {
  const { nonces, strangers } = ports;
  const expiresAt = ports.clock.now() + NONCE_LIFE_SECONDS * 1000;
  const first = await ask(config.state_timeout_ms, (signal) => {
    const spend = () => nonces.claim(claim.hotkey, claim.oneTimeValue, expiresAt, signal);
    // A store in a file holds the process up until the disk has it, which is more than a verification takes.
    return strangers === undefined ? spend() : strangers.bill(sourceAddress, spend);
  });
  if (first) return;
  throw new Refusal(
    'Replayed',
    'This request was used before; sign a new one for every attempt, with a fresh nonce or, where its form has none, a later timestamp.',
  );
}
