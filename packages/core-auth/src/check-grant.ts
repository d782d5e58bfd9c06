import { AccessError } from './access-error.ts';
import type { AccessGrant } from './access-response.ts';
import { type AccessScope, isScopeOf } from './access-scope.ts';
import { parseServiceUrl } from './endpoint.ts';
import type { HotkeyAddress } from './hotkey-address.ts';

/** Throws AccessError where a grant is not what was asked for, has expired, or leads off TLS. */
export function assertGrantOf(
  scope: AccessScope,
  signer: HotkeyAddress,
  grant: Pick<AccessGrant, 'prefixes' | 'expiration' | 'endpoint'>,
  nowMilliseconds: number,
): void {
  if (!isScopeOf(grant.prefixes, scope, signer)) {
    throw new AccessError({
      code: 'InvalidResponse',
      message:
        'the service granted other prefixes than were asked for: not used; check auth_endpoint',
    });
  }
  if (Date.parse(grant.expiration) <= nowMilliseconds) {
    throw new AccessError({
      code: 'InvalidResponse',
      message: `the service granted what expired at ${grant.expiration}, by this machine's clock: check it (NTP)`,
    });
  }
  if (grant.endpoint !== null) {
    parseServiceUrl(grant.endpoint, "the granted store's endpoint", 'InvalidResponse');
  }
}
