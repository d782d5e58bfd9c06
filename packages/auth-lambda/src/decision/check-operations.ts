import type { CredentialIssuer } from '../grant/credential-issuer.ts';
import { problemOf } from '../grant/operation-rules.ts';
import type { RequestPresigner } from '../grant/request-presigner.ts';
import type { AccessClaim } from '../wire/access-claim.ts';
import { badRequest } from '../wire/bad-request.ts';
import { Refusal } from './refusal.ts';

/** Throws Refusal BadRequest where a request is for what a service of the other mode gives. */
export function requireMode(
  issuer: CredentialIssuer | RequestPresigner,
  { operations }: AccessClaim,
): void {
  if ('presign' in issuer && operations === undefined)
    throw new Refusal(
      'BadRequest',
      'This service gives no credentials, it signs single requests to the store: say which in "operations". The miner and validator programs find this out by themselves; update yours.',
      { mode: 'presigned' },
    );
  if ('issue' in issuer && operations !== undefined)
    throw new Refusal(
      'BadRequest',
      'This service gives credentials and signs no single requests: leave "operations" out.',
      { mode: 'credentials' },
    );
}

/** Throws Refusal BadRequest for the first operation that the scope does not open. */
export function requireOperationsWithin(
  prefixes: readonly string[],
  { scope, operations = [] }: AccessClaim,
): void {
  for (const [index, operation] of operations.entries()) {
    const problem = problemOf(operation, scope, prefixes);
    if (problem !== undefined) throw badRequest(`"operations.${index}": ${problem}`);
  }
}
