import { inspect } from 'node:util';
import type { AccessGrant } from './access-response.ts';

/** The same grant, frozen, whose credentials are read by name and shown by no inspection or JSON. */
export function sealGrant(grant: AccessGrant): AccessGrant {
  const redacted = { value: () => '[redacted]', enumerable: false };
  const credentials = Object.defineProperties(
    { ...grant.credentials },
    { toJSON: redacted, [inspect.custom]: redacted },
  );
  return Object.freeze({
    ...grant,
    credentials: Object.freeze(credentials),
    prefixes: Object.freeze([...grant.prefixes]) as string[],
  });
}
