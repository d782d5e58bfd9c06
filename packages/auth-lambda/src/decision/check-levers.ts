import type { AccessClaim } from '../wire/access-claim.ts';
import type { AccessConfig } from './access-config.ts';
import type { AccessPorts } from './access-ports.ts';
import { Refusal } from './refusal.ts';
import type { AskInTime } from './time-limit.ts';

const PAUSE_RETRY_SECONDS = 60;

/** Throws Refusal Paused. */
export async function requireNotPaused(
  config: AccessConfig,
  { levers }: AccessPorts,
  { scope: { action } }: AccessClaim,
  ask: AskInTime,
): Promise<void> {
  const paused = await ask(config.state_timeout_ms, (signal) => levers.isPaused(action, signal));
  if (!paused) return;
  throw new Refusal(
    'Paused',
    `The service's operator has paused ${action} requests; keep what you have to send, and try again in a minute.`,
    { retryAfterSeconds: PAUSE_RETRY_SECONDS },
  );
}

/** Throws Refusal Denied. */
export async function requireNotDenied(
  config: AccessConfig,
  { levers }: AccessPorts,
  { hotkey }: AccessClaim,
  ask: AskInTime,
): Promise<void> {
  const denied = await ask(config.state_timeout_ms, (signal) => levers.isDenied(hotkey, signal));
  if (!denied) return;
  throw new Refusal(
    'Denied',
    `Hotkey ${hotkey} is barred from this service; ask its operator why.`,
  );
}
