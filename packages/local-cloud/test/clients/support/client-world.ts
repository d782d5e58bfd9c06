import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type IssueOrder, StsIssuer, sessionPolicy } from '@data-universe/auth-lambda';
import { signerFromUri } from '@data-universe/core-auth';
import type { LocalCloud } from '../../../src/index.ts';
import { BUCKET, type Credentials, type Harness, startHarness } from '../../support/harness.ts';

const KEEPER_ROLE = 'KeeperRole';
const SERVICE_ARN = 'arn:aws:iam::123456789012:user/service';
const MINUTES = 60_000;

/** A cloud, a home that no user's configuration reaches, and temporary credentials of every kind. */
export interface ClientWorld {
  readonly harness: Harness;
  readonly cloud: LocalCloud;
  readonly admin: S3Client;
  /** Also the working directory of clients; removed at the end. */
  readonly home: string;
  /** `data/x/{hotkey}/` */
  readonly prefix: string;
  /** s3://bucket/prefix */
  readonly url: string;
  /** As the credential service issues them: for the prefix, never to delete. */
  readonly uploader: Credentials;
  readonly reader: Credentials;
  /** For tools that also delete and keep ACLs, under the prefix; and that list and look at the whole bucket. */
  readonly keeper: Credentials;
  /** An uploader's, whose time is over. */
  readonly expired: Credentials;
  environment(credentials: Credentials): Record<string, string>;
  /** Puts objects under the prefix, without the client. */
  seed(names: Iterable<string>, body?: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startClientWorld(): Promise<ClientWorld> {
  let offset = -10 * MINUTES;
  const harness = await startHarness({
    clock: () => Date.now() + offset,
    config: { minSessionSeconds: 1, roles: [keeperRole()] },
  });
  const { cloud } = harness;
  const hotkey = signerFromUri('//Alice').address;
  const prefix = `data/x/${hotkey}/`;
  const policy = (action: 'upload' | 'read') =>
    sessionPolicy({ action, bucket: BUCKET, prefixes: [prefix] });
  const expired = await harness.assume(cloud.roles.upload, JSON.parse(policy('upload')), {
    DurationSeconds: 60,
  });
  offset = 0;

  const issue = async (order: Omit<IssueOrder, 'hotkey'>, uploadRoleArn = cloud.roles.upload) => {
    const issuer = new StsIssuer({
      region: cloud.region,
      endpoint: cloud.endpoint,
      uploadRoleArn,
      readRoleArn: cloud.roles.read,
      credentials: cloud.service,
    });
    return await issuer.issue({ ...order, hotkey });
  };
  const home = await mkdtemp(path.join(tmpdir(), 'local-cloud-client-'));
  const admin = harness.s3(cloud.admin);
  return {
    harness,
    cloud,
    admin,
    home,
    prefix,
    url: `s3://${BUCKET}/${prefix}`,
    uploader: await issue({ action: 'upload', policy: policy('upload') }),
    reader: await issue({ action: 'read', policy: policy('read') }),
    keeper: await issue(
      { action: 'upload', policy: keeperSessionPolicy(prefix) },
      cloud.roles.upload.replace(/[^/]+$/, KEEPER_ROLE),
    ),
    expired,
    environment: ({ accessKeyId, secretAccessKey, sessionToken }) => ({
      HOME: home,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
      AWS_DEFAULT_REGION: cloud.region,
      // Nobody asks a machine's metadata service, nor a proxy.
      AWS_EC2_METADATA_DISABLED: 'true',
      NO_PROXY: '*',
    }),
    async seed(names, body = '') {
      const left = [...names];
      const bytes = Buffer.from(body);
      const work = async () => {
        for (let name = left.pop(); name !== undefined; name = left.pop()) {
          const Key = `${prefix}${name}`;
          await admin.send(
            new PutObjectCommand({ Bucket: BUCKET, Key, Body: bytes, ContentLength: bytes.length }),
          );
        }
      };
      await Promise.all(Array.from({ length: 16 }, work));
    },
    async stop() {
      await harness.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const OBJECT_ACTIONS = [
  's3:GetObject',
  's3:GetObjectAcl',
  's3:GetObjectTagging',
  's3:PutObject',
  's3:PutObjectAcl',
  's3:DeleteObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
];
const BUCKET_ACTIONS = [
  's3:ListBucket',
  's3:ListBucketMultipartUploads',
  's3:GetBucketLocation',
  's3:GetBucketVersioning',
];

const policyOf = (objects: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: OBJECT_ACTIONS,
      Resource: `arn:aws:s3:::${BUCKET}/${objects}`,
    },
    { Effect: 'Allow', Action: BUCKET_ACTIONS, Resource: `arn:aws:s3:::${BUCKET}` },
  ],
});

const keeperSessionPolicy = (prefix: string) => JSON.stringify(policyOf(`${prefix}*`));

const keeperRole = () => ({
  name: KEEPER_ROLE,
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: SERVICE_ARN },
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      },
    ],
  },
  policies: [policyOf('data/*')],
});
