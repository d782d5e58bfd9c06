import type { Addressee } from '../wire/access-claim.ts';
import { Refusal } from './refusal.ts';

/** Throws Refusal BadRequest where a request was signed for another service, network or subnet. */
export function requireAddressedTo(service: Addressee, addressee: Addressee): void {
  const wrong = (['network', 'netuid', 'audience'] as const).find(
    (field) => addressee[field] !== service[field],
  );
  if (wrong === undefined) return;
  throw new Refusal(
    'BadRequest',
    `This request was signed for another ${wrong} than this service's; set it to the value that the service's operator publishes.`,
  );
}
