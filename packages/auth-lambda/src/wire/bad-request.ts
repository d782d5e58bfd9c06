import { Refusal } from '../decision/refusal.ts';

export function badRequest(what: string): Refusal {
  return new Refusal(
    'BadRequest',
    `This is not a valid access request: ${what.slice(0, 300)}. Correct it and sign it again.`,
  );
}
