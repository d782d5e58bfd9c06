import { AccessError, type AccessErrorCode } from './access-error.ts';
import { isLoopbackHost } from './loopback-host.ts';

/**
 * The URL of a service that is spoken to over TLS, or on this machine.
 * Throws AccessError: InsecureEndpoint, or `malformed` where it is no such URL at all.
 */
export function parseServiceUrl(
  text: string,
  what: string,
  malformed: AccessErrorCode = 'BadRequest',
): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new AccessError({
      code: malformed,
      message: `${what} is not an https URL: ${JSON.stringify(text.slice(0, 200))}`,
    });
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    // Not repeated: it may hold a password.
    throw new AccessError({
      code: malformed,
      message: `${what} must have no user name, password or #fragment`,
    });
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new AccessError({
      code: 'InsecureEndpoint',
      message: `${what} ${url.origin} is not encrypted, and credentials would cross a network: use https (http is for this machine alone)`,
    });
  }
  return url;
}
