import type { RequestHeaders } from '../http/headers.ts';

/** Sub-resources that AWS has and this cloud lacks: the permission each needs by method, asked for before the 501. */
export const OBJECT_SUBRESOURCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  attributes: { GET: 's3:GetObjectAttributes' },
  'legal-hold': { GET: 's3:GetObjectLegalHold', PUT: 's3:PutObjectLegalHold' },
  renameObject: { PUT: 's3:PutObject' },
  restore: { POST: 's3:RestoreObject' },
  retention: { GET: 's3:GetObjectRetention', PUT: 's3:PutObjectRetention' },
  select: { POST: 's3:GetObject' },
  tagging: {
    DELETE: 's3:DeleteObjectTagging',
    PUT: 's3:PutObjectTagging',
  },
  torrent: { GET: 's3:GetObjectTorrent' },
  versionId: {
    DELETE: 's3:DeleteObjectVersion',
    GET: 's3:GetObjectVersion',
    HEAD: 's3:GetObjectVersion',
  },
};

const configuration = (name: string) => ({
  DELETE: `s3:Put${name}`,
  GET: `s3:Get${name}`,
  PUT: `s3:Put${name}`,
});

export const BUCKET_SUBRESOURCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  accelerate: configuration('AccelerateConfiguration'),
  analytics: configuration('AnalyticsConfiguration'),
  cors: configuration('BucketCORS'),
  encryption: configuration('EncryptionConfiguration'),
  'intelligent-tiering': configuration('IntelligentTieringConfiguration'),
  inventory: configuration('InventoryConfiguration'),
  lifecycle: configuration('LifecycleConfiguration'),
  logging: configuration('BucketLogging'),
  metrics: configuration('MetricsConfiguration'),
  notification: configuration('BucketNotification'),
  'object-lock': configuration('BucketObjectLockConfiguration'),
  ownershipControls: configuration('BucketOwnershipControls'),
  policy: { DELETE: 's3:DeleteBucketPolicy', GET: 's3:GetBucketPolicy', PUT: 's3:PutBucketPolicy' },
  policyStatus: { GET: 's3:GetBucketPolicyStatus' },
  publicAccessBlock: configuration('BucketPublicAccessBlock'),
  replication: configuration('ReplicationConfiguration'),
  requestPayment: configuration('BucketRequestPayment'),
  tagging: configuration('BucketTagging'),
  versions: { GET: 's3:ListBucketVersions' },
  versioning: { PUT: 's3:PutBucketVersioning' },
  website: configuration('BucketWebsite'),
};

/** What a header of a write needs beside the permission to write. */
export const SIDE_PERMISSIONS: Readonly<Record<string, string>> = {
  'x-amz-object-lock-legal-hold': 's3:PutObjectLegalHold',
  'x-amz-object-lock-mode': 's3:PutObjectRetention',
  'x-amz-object-lock-retain-until-date': 's3:PutObjectRetention',
  'x-amz-tagging': 's3:PutObjectTagging',
};

/** Headers that ask a write for what this cloud lacks. Ignoring them would pretend that it was done. */
export function unimplementedHeader(headers: RequestHeaders): string | undefined {
  return headers.names().find((name) => {
    if (name === 'x-amz-server-side-encryption') return headers.get(name) !== 'AES256';
    return (
      name === 'x-amz-tagging' ||
      name === 'x-amz-website-redirect-location' ||
      name.startsWith('x-amz-server-side-encryption-') ||
      name.startsWith('x-amz-object-lock-')
    );
  });
}
