import type { AccessGrant, AccessScope, CredentialsClient } from '@data-universe/core-auth';
import { StorageError } from '@data-universe/storage-core';
import type { S3Credentials, S3Settings } from './options.ts';
import { S3Backend } from './s3-backend.ts';

/** What an operator's configuration says of the store; null or absent: as the service says. */
export interface ExpectedStore {
  readonly bucket?: string | null | undefined;
  readonly region?: string | null | undefined;
  /** Used in place of the endpoint that the service names. */
  readonly endpoint?: string | null | undefined;
}

export interface GrantedStoreOptions {
  readonly expected?: ExpectedStore | undefined;
  readonly settings?: S3Settings | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The store that a hotkey is granted, with credentials that renew themselves. Throws AccessError,
 * and StorageError PermissionDenied where the grant is for another bucket or region than expected.
 */
export async function openGrantedStore(
  client: CredentialsClient,
  scope: AccessScope,
  { expected = {}, settings, signal }: GrantedStoreOptions = {},
): Promise<S3Backend> {
  const grant = await client.grant(scope, { signal });
  refuseOther('bucket', expected.bucket, grant.bucket);
  refuseOther('region', expected.region, grant.region);
  return new S3Backend({
    ...settings,
    bucket: grant.bucket,
    region: grant.region,
    endpoint: expected.endpoint ?? grant.endpoint ?? undefined,
    credentials: async ({ forceRefresh }) => {
      const renewed = await client.grant(scope, { forceRefresh });
      refuseMoved(grant, renewed, expected);
      return credentialsOf(renewed);
    },
  });
}

/** A service may move to another store: its credentials are not for the one it left. */
function refuseMoved(opened: AccessGrant, renewed: AccessGrant, expected: ExpectedStore): void {
  const moved = (['bucket', 'region', 'endpoint'] as const).find(
    (what) => renewed[what] !== opened[what] && (what !== 'endpoint' || expected.endpoint == null),
  );
  if (moved === undefined) return;
  throw new StorageError({
    code: 'PermissionDenied',
    operation: 'open',
    message:
      `the credential service now grants the ${moved} ${JSON.stringify(renewed[moved])}, ` +
      `this store was opened with ${JSON.stringify(opened[moved])}: start again`,
  });
}

function refuseOther(
  what: 'bucket' | 'region',
  expected: string | null | undefined,
  granted: string,
): void {
  if (expected === null || expected === undefined || expected === granted) return;
  throw new StorageError({
    code: 'PermissionDenied',
    operation: 'open',
    message:
      `the credential service grants the ${what} ${JSON.stringify(granted)}, ` +
      `the configuration expects ${JSON.stringify(expected)}: correct one of the two`,
  });
}

function credentialsOf({ credentials, expiration }: AccessGrant): S3Credentials {
  return {
    accessKeyId: credentials.access_key_id,
    secretAccessKey: credentials.secret_access_key,
    sessionToken: credentials.session_token,
    expiration: new Date(expiration),
  };
}
