import type { AccessRequest } from '@data-universe/core-auth';
import { Refusal } from './refusal.ts';

/** What a request must have been signed for. */
export interface ServiceIdentity {
  /** This service's public URL, exactly as its users configure it. */
  readonly audience: string;
  readonly network: string;
  readonly netuid: number;
}

/** Throws Refusal BadRequest where a request was signed for another service, network or subnet. */
export function requireAddressedTo(identity: ServiceIdentity, request: AccessRequest): void {
  const wrong = (['network', 'netuid', 'audience'] as const).find(
    (field) => request[field] !== identity[field],
  );
  if (wrong === undefined) return;
  throw new Refusal(
    'BadRequest',
    `This request was signed for another ${wrong} than this service's; set it to the value that the service's operator publishes.`,
  );
}
