import type {
  AccessGrant,
  AccessScope,
  CredentialsClient,
  PresignedGrant,
} from '@data-universe/core-auth';
import { StorageError } from '@data-universe/storage-core';
import type { S3Credentials, S3Settings, S3StoreOptions } from './options.ts';
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
 * The store that a hotkey is granted, with credentials that renew themselves, or request by request where
 * the service presigns. Throws AccessError, and StorageError PermissionDenied where the grant is for
 * another bucket or region than expected.
 */
export async function openGrantedStore(
  client: CredentialsClient,
  scope: AccessScope,
  { expected = {}, settings, signal }: GrantedStoreOptions = {},
): Promise<S3Backend> {
  const grant = await client.open(scope, { signal });
  refuseOther('bucket', expected.bucket, grant.bucket);
  refuseOther('region', expected.region, grant.region);
  const store = {
    ...settings,
    bucket: grant.bucket,
    region: grant.region,
    endpoint: expected.endpoint ?? grant.endpoint ?? undefined,
  };
  if (!('credentials' in grant)) return openPresigned(client, scope, grant, { expected, store });
  return new S3Backend({
    ...store,
    credentials: async ({ forceRefresh }) => {
      const renewed = await client.grant(scope, { forceRefresh });
      refuseMoved(grant, renewed, expected);
      return credentialsOf(renewed);
    },
  });
}

/** What a request is signed with decides what it does: the service's word stands above the settings. */
function openPresigned(
  client: CredentialsClient,
  scope: AccessScope,
  grant: PresignedGrant,
  { store, expected }: { readonly store: S3StoreOptions; readonly expected: ExpectedStore },
): S3Backend {
  return new S3Backend({
    ...store,
    pathStyle: true,
    checksumMode: grant.checksums ? 'when-supported' : 'when-required',
    conditionalWrites: grant.create_only,
    // Nothing goes in parts.
    uploadJournal: undefined,
    signedEndpoint: grant.endpoint,
    presigner: client.presignedRequests(scope, (renewed) => refuseMoved(grant, renewed, expected)),
  });
}

/** A service may move to another store: its credentials are not for the one it left. */
function refuseMoved<T extends AccessGrant | PresignedGrant>(
  opened: T,
  renewed: T,
  expected: ExpectedStore,
): void {
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
