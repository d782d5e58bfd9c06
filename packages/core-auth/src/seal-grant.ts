import { inspect } from 'node:util';
import type { AccessGrant, PresignedGrant } from './access-response.ts';

/** The same grant, frozen, whose credentials are read by name and shown by no inspection or JSON. */
export function sealGrant(grant: AccessGrant): AccessGrant {
  return Object.freeze({
    ...grant,
    credentials: sealed(grant.credentials),
    prefixes: Object.freeze([...grant.prefixes]) as string[],
  });
}

/** The same, where each URL is as good as a key until it expires. */
export function sealPresignedGrant(grant: PresignedGrant): PresignedGrant {
  return Object.freeze({
    ...grant,
    prefixes: Object.freeze([...grant.prefixes]) as string[],
    requests: Object.freeze(grant.requests.map(sealed)) as PresignedGrant['requests'],
  });
}

function sealed<T extends object>(secrets: T): T {
  const redacted = { value: () => '[redacted]', enumerable: false };
  return Object.freeze(
    Object.defineProperties({ ...secrets }, { toJSON: redacted, [inspect.custom]: redacted }),
  );
}
