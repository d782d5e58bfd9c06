import type { AccessClaim } from '../wire/access-claim.ts';
import type { AccessConfig } from './access-config.ts';
import type { AccessPorts } from './access-ports.ts';
import { Refusal } from './refusal.ts';
import type { AskInTime } from './time-limit.ts';

const DAY_MS = 86_400_000;

/** Counts one request of the hotkey's for this UTC day. Throws Refusal QuotaExceeded. */
export async function requireQuota(
  config: AccessConfig,
  { clock, quota }: AccessPorts,
  { hotkey, scope: { action } }: AccessClaim,
  ask: AskInTime,
): Promise<void> {
  const now = clock.now();
  const limit = action === 'upload' ? config.uploads_per_day : config.reads_per_day;
  const day = new Date(now).toISOString().slice(0, 10);
  const charged = await ask(config.state_timeout_ms, (signal) =>
    quota.charge({ hotkey, action, day, limit }, signal),
  );
  if (charged) return;
  throw new Refusal(
    'QuotaExceeded',
    `Hotkey ${hotkey} has used its ${limit} ${action} requests of this UTC day; wait for the next, and keep credentials until they expire instead of asking anew.`,
    { retryAfterSeconds: Math.ceil((DAY_MS - (now % DAY_MS)) / 1000) },
  );
}
