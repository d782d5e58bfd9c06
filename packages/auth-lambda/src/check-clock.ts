import type { AccessRequest } from '@data-universe/core-auth';
import { Refusal } from './refusal.ts';

/** How far a client's clock may run ahead of ours, in seconds. */
export const MAX_CLOCK_SKEW_SECONDS = 60;

/** Throws Refusal ClockSkew for a request from the future or one that has expired. */
export function requireCurrent(request: AccessRequest, nowMilliseconds: number): void {
  const now = Math.floor(nowMilliseconds / 1000);
  if (request.issued_at > now + MAX_CLOCK_SKEW_SECONDS)
    throw clockSkew(`was issued ${request.issued_at - now} seconds in the future`, now);
  if (request.expires_at <= now)
    throw clockSkew(`expired ${now - request.expires_at} seconds ago`, now);
}

function clockSkew(what: string, serverTime: number): Refusal {
  return new Refusal(
    'ClockSkew',
    `By this service's clock the request ${what}; set your clock (for example with NTP), then sign a new request.`,
    { serverTime },
  );
}
