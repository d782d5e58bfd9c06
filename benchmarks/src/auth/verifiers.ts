import type { SignatureVerifier } from '@data-universe/core-auth/protocol';

/** What the Lambda carries, and what the plain server does; each is loaded alone. */
export const VERIFIERS = {
  lean: async () => (await import('@data-universe/core-auth/verify-lean')).verifyLean,
  fast: async () => (await import('@data-universe/core-auth/verify-fast')).loadFastVerifier(),
} as const satisfies Record<string, () => Promise<SignatureVerifier>>;

/** Done before the time is taken: what is measured is a service that has been running. */
export const WARM_UP_REQUESTS = 200;
