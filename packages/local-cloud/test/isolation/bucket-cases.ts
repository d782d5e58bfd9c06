import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { answerOf } from './answer.ts';
import { type Expected, type IsolationCase, refused } from './case.ts';

type Attempt = (client: S3Client, Bucket: string) => Parameters<typeof answerOf>[0];

const EXPIRE_ALL = {
  ID: 'all',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  Expiration: { Days: 1 },
} as const;
const ANY_ORIGIN = { AllowedMethods: ['PUT'], AllowedOrigins: ['*'] };
const openToAll = (bucket: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${bucket}/*` },
    ],
  });

const ATTEMPTS: ReadonlyArray<readonly [name: string, attempt: Attempt, expected?: Expected]> = [
  ['the list of buckets', (client) => client.send(new ListBucketsCommand({}))],
  [
    'the head of the bucket',
    (client, Bucket) => client.send(new HeadBucketCommand({ Bucket })),
    { aws: { status: 403 } },
  ],
  [
    'a new bucket',
    (client, Bucket) => client.send(new CreateBucketCommand({ Bucket: `new-${Bucket}` })),
  ],
  ['the end of the bucket', (client, Bucket) => client.send(new DeleteBucketCommand({ Bucket }))],
  ["the bucket's place", (client, Bucket) => client.send(new GetBucketLocationCommand({ Bucket }))],
  ["the bucket's policy", (client, Bucket) => client.send(new GetBucketPolicyCommand({ Bucket }))],
  [
    "the state of the bucket's policy",
    (client, Bucket) => client.send(new GetBucketPolicyStatusCommand({ Bucket })),
  ],
  [
    'another policy for the bucket',
    (client, Bucket) =>
      client.send(new PutBucketPolicyCommand({ Bucket, Policy: openToAll(Bucket) })),
  ],
  [
    "the end of the bucket's policy",
    (client, Bucket) => client.send(new DeleteBucketPolicyCommand({ Bucket })),
  ],
  ["the bucket's ACL", (client, Bucket) => client.send(new GetBucketAclCommand({ Bucket }))],
  [
    'another ACL for the bucket',
    (client, Bucket) => client.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read-write' })),
  ],
  [
    "the bucket's versioning",
    (client, Bucket) => client.send(new GetBucketVersioningCommand({ Bucket })),
  ],
  [
    'a switch of versioning',
    (client, Bucket) =>
      client.send(
        new PutBucketVersioningCommand({
          Bucket,
          VersioningConfiguration: { Status: 'Suspended' },
        }),
      ),
  ],
  [
    "the bucket's lifecycle",
    (client, Bucket) => client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
  ],
  [
    'a lifecycle that expires all',
    (client, Bucket) =>
      client.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: { Rules: [EXPIRE_ALL] },
        }),
      ),
  ],
  ["the bucket's CORS", (client, Bucket) => client.send(new GetBucketCorsCommand({ Bucket }))],
  [
    'CORS for everyone',
    (client, Bucket) =>
      client.send(
        new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [ANY_ORIGIN] } }),
      ),
  ],
  ["the bucket's tags", (client, Bucket) => client.send(new GetBucketTaggingCommand({ Bucket }))],
  [
    'tags for the bucket',
    (client, Bucket) =>
      client.send(
        new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } }),
      ),
  ],
  [
    'the end of the public access block',
    (client, Bucket) =>
      client.send(
        new PutPublicAccessBlockCommand({
          Bucket,
          PublicAccessBlockConfiguration: { BlockPublicAcls: false, BlockPublicPolicy: false },
        }),
      ),
  ],
];

export const bucketCases: readonly IsolationCase[] = ATTEMPTS.flatMap(
  ([name, attempt, expected]): IsolationCase[] => [
    refused(
      `for a miner ${name}`,
      ({ miner, world }) => answerOf(attempt(miner, world.server.bucket)),
      expected,
    ),
    refused(
      `for a validator ${name}`,
      ({ reader, world }) => answerOf(attempt(reader, world.server.bucket)),
      expected,
    ),
  ],
);
