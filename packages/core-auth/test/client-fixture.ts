import {
  AccessError,
  type AccessScope,
  CredentialsClient,
  type CredentialsClientOptions,
  type GrantOptions,
  signerFromUri,
} from '../src/index.ts';

export const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
export const MINUTE = 60_000;
export const LIFE = 15 * MINUTE;
export const alice = signerFromUri('//Alice');
export const bob = signerFromUri('//Bob').address;
export const uploadX = { action: 'upload', source: 'x' } as const;
export const readBob = { action: 'read', minerHotkey: bob } as const;
export const unavailable = {
  request_id: 'request-7',
  error: { code: 'ChainUnavailable', message: 'Try again.', retryable: true },
};

/** A client of Alice that retries without losing time. */
export function aliceAt(
  authEndpoint: string,
  clock: () => number,
  options: Partial<CredentialsClientOptions> = {},
): CredentialsClient {
  return new CredentialsClient({
    authEndpoint,
    signer: alice,
    network: 'finney',
    netuid: 13,
    clock,
    retry: { retries: 3, minDelayMs: 1, maxDelayMs: 2 },
    ...options,
  });
}

export async function failure(
  client: CredentialsClient,
  scope: AccessScope = uploadX,
  options?: GrantOptions,
): Promise<AccessError> {
  const error: unknown = await client.grant(scope, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AccessError) return error;
  throw new Error('it was granted, or failed in another way', { cause: error });
}
