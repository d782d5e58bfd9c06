import { Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement as IamPolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucketPolicy,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { bucketPolicy } from './bucket-policy.ts';
import { KEEP } from './keep.ts';
import type { ResourceNames } from './resource-names.ts';
import type { Settings } from './settings.ts';

/** One day after a publisher gives up an upload of its own: until then the next run goes on with its parts. */
const ABANDONED_UPLOAD_DAYS = 8;

/** The dataset's bucket: versioned, encrypted, private, create-only; it stays when the stack goes. */
export function datasetBucket(scope: Construct, settings: Settings, names: ResourceNames): Bucket {
  const { expire_objects_after_days: expiry } = settings;
  const bucket = new Bucket(scope, 'Bucket', {
    bucketName: settings.bucket,
    versioned: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    ...(settings.bucket_encryption === 'kms'
      ? {
          encryption: BucketEncryption.KMS,
          encryptionKey: datasetKey(scope, settings, names),
          bucketKeyEnabled: true,
        }
      : { encryption: BucketEncryption.S3_MANAGED }),
    lifecycleRules: [
      {
        id: 'AbortAbandonedUploads',
        abortIncompleteMultipartUploadAfter: Duration.days(ABANDONED_UPLOAD_DAYS),
      },
      {
        id: 'ExpireNoncurrentVersions',
        noncurrentVersionExpiration: Duration.days(settings.noncurrent_versions_days),
        // S3 takes this or an expiry in days for one set of objects, not both.
        ...(expiry === null && { expiredObjectDeleteMarker: true }),
      },
      ...(expiry === null
        ? []
        : [{ id: 'ExpireOldObjects', prefix: 'data/', expiration: Duration.days(expiry) }]),
    ],
    removalPolicy: KEEP,
  });
  const policy = new CfnBucketPolicy(scope, 'BucketPolicy', {
    bucket: bucket.bucketName,
    policyDocument: bucketPolicy(names, {
      revocations: {
        revokedHotkeys: settings.revoked_hotkeys,
        revokeSessionsBefore: settings.revoke_sessions_before,
      },
      earlierMiners: settings.older_forms.includes('first-upload'),
    }),
  });
  // A bucket that stays must not lose its guard.
  policy.applyRemovalPolicy(KEEP);
  return bucket;
}

/**
 * The session policies say nothing of KMS, so the key's own policy lets the two roles' sessions use it: through S3, for
 * this bucket, and for nothing else. It goes by aws:PrincipalArn, for a grant to the role would end at the session policy.
 */
function datasetKey(scope: Construct, settings: Settings, names: ResourceNames): Key {
  const key = new Key(scope, 'BucketKey', {
    description: `Objects of ${settings.bucket}`,
    enableKeyRotation: true,
    removalPolicy: KEEP,
  });
  const throughTheBucket = {
    'kms:ViaService': `s3.${settings.region}.amazonaws.com`,
    'kms:EncryptionContext:aws:s3:arn': names.bucketArn,
  };
  const grants = [
    { sid: 'Uploaders', arn: names.uploadRoleArn, actions: ['kms:GenerateDataKey', 'kms:Decrypt'] },
    { sid: 'Readers', arn: names.readRoleArn, actions: ['kms:Decrypt'] },
  ];
  for (const { sid, arn, actions } of grants)
    key.addToResourcePolicy(
      new IamPolicyStatement({
        sid,
        effect: Effect.ALLOW,
        principals: [new AnyPrincipal()],
        actions,
        // In a key's policy this means the key itself.
        resources: ['*'],
        conditions: {
          ArnEquals: { 'aws:PrincipalArn': arn },
          StringEquals: throughTheBucket,
        },
      }),
    );
  return key;
}
