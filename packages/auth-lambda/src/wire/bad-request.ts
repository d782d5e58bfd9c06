import { Refusal } from '../decision/refusal.ts';

/** `what` may name a field as it was sent: that it is printed on somebody's terminal must be no matter. */
export function badRequest(what: string): Refusal {
  const printable = what.slice(0, 300).replaceAll(/[^\x20-\x7e]/g, '?');
  return new Refusal(
    'BadRequest',
    `This is not a valid access request: ${printable}. Correct it and sign it again.`,
  );
}
