import type { AccessGrant, PresignedGrant } from '@data-universe/core-auth/protocol';
import type { AccessClaim } from './access-claim.ts';

/**
 * A grant in the names that the clients of its form read: the first ones know boto3's, and take from the answer the key they
 * upload to.
 */
export function spellGrant(
  grant: AccessGrant | PresignedGrant,
  claim: AccessClaim | undefined,
): object {
  if (claim?.form !== 'first-upload' && claim?.form !== 'first-read') return grant;
  // They can't ask for anything else.
  if (!('credentials' in grant)) return grant;
  const { credentials, ...place } = grant;
  return {
    ...place,
    credentials: {
      AccessKeyId: credentials.access_key_id,
      SecretAccessKey: credentials.secret_access_key,
      SessionToken: credentials.session_token,
      Expiration: grant.expiration,
    },
    ...(claim.path !== undefined && { s3_path: claim.path }),
  };
}
