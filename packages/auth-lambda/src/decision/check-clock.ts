import type { AccessClaim } from '../wire/access-claim.ts';
import { Refusal } from './refusal.ts';

/** How far a client's clock may run ahead of ours, in seconds. */
export const MAX_CLOCK_SKEW_SECONDS = 60;

/** Throws Refusal ClockSkew for a request from the future or one that has expired. */
export function requireCurrent(claim: AccessClaim, nowMilliseconds: number): void {
  const now = Math.floor(nowMilliseconds / 1000);
  if (claim.issuedAt > now + MAX_CLOCK_SKEW_SECONDS)
    throw clockSkew(`was issued ${claim.issuedAt - now} seconds in the future`, now);
  if (claim.expiresAt <= now) throw clockSkew(`expired ${now - claim.expiresAt} seconds ago`, now);
}

function clockSkew(what: string, serverTime: number): Refusal {
  return new Refusal(
    'ClockSkew',
    `By this service's clock the request ${what}; set your clock (for example with NTP), then sign a new request.`,
    { serverTime },
  );
}
