import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import type { Ceph } from '../../../../scripts/ceph/for-tests.ts';
import { startLocalCloud } from '../../src/index.ts';
import type { Keys } from './clients.ts';
import { queryAction } from './query-action.ts';

/** A server with a bucket, the two roles, and the service that may assume them. */
export interface Server {
  readonly kind: 'local cloud' | 'Ceph RGW';
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** As those name it who have no account. */
  readonly publicBucket: string;
  /** Of the same owner, and none of the roles' business. */
  readonly otherBucket: string;
  /** The buckets' owner. */
  readonly admin: Keys;
  /** What the credential service is. */
  readonly service: Keys;
  readonly roles: { readonly upload: string; readonly read: string };
  /** On Ceph: an upload role that does not say that its own sessions may not assume it. */
  readonly unguardedRole?: string;
  stop(): Promise<void>;
}

/** The rights of the local cloud's own roles. */
const UPLOAD = {
  ofObjects: [
    's3:PutObject',
    's3:GetObject',
    's3:AbortMultipartUpload',
    's3:ListMultipartUploadParts',
  ],
  ofBucket: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
};
const READ = { ofObjects: ['s3:GetObject'], ofBucket: ['s3:ListBucket'] };

export async function startOnLocalCloud(): Promise<Server> {
  const directory = await mkdtemp(join(tmpdir(), 'isolation-'));
  const otherBucket = 'other-bucket';
  const config = { minSessionSeconds: 1, buckets: [{ name: otherBucket }] };
  const cloud = await startLocalCloud({ directory, config });
  const { endpoint, region, bucket, admin, service, roles } = cloud;
  return {
    kind: 'local cloud',
    endpoint,
    region,
    bucket,
    publicBucket: bucket,
    otherBucket,
    admin,
    service,
    roles,
    stop: async () => {
      await cloud.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Buckets and roles of this run's own on a Ceph that others use too. */
export async function startOnCeph(ceph: Ceph): Promise<Server> {
  const { endpoint, region, account, admin, caller } = ceph;
  const id = randomUUID();
  const bucket = `isolation-${id}`;
  const otherBucket = `other-${id}`;
  const s3 = new S3Client({ endpoint, region, forcePathStyle: true, credentials: keysOf(admin) });
  for (const name of [bucket, otherBucket]) {
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    // Ceph's objects belong to who put them: the owner of their bucket could not read them.
    const policy = document({
      Effect: 'Allow',
      Principal: { AWS: admin.arn },
      Action: 's3:*',
      Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy: policy }));
  }
  s3.destroy();

  const arnOf = (name: string) => `arn:aws:iam::${account}:role/${name}-${id}`;
  const trustCaller = {
    Effect: 'Allow',
    Principal: { AWS: [caller.arn] },
    Action: ['sts:AssumeRole'],
  };
  // To Ceph a session is also the user who assumed its role, and could assume it again.
  const denyItsSessions = {
    ...trustCaller,
    Effect: 'Deny',
    Principal: { AWS: ['upload', 'read'].map(arnOf) },
  };
  const place = { endpoint, region, keys: keysOf(admin) };
  const makeRole = async (name: string, actions: typeof UPLOAD, trust: readonly object[]) => {
    const policy = document(
      {
        Effect: 'Allow',
        Action: actions.ofObjects,
        Resource: `arn:aws:s3:::${bucket}/data/*`,
      },
      { Effect: 'Allow', Action: actions.ofBucket, Resource: `arn:aws:s3:::${bucket}` },
    );
    const RoleName = `${name}-${id}`;
    for (const parameters of [
      { Action: 'CreateRole', RoleName, AssumeRolePolicyDocument: document(...trust) },
      { Action: 'PutRolePolicy', RoleName, PolicyName: 'role', PolicyDocument: policy },
    ]) {
      const { status, code } = await queryAction(place, parameters);
      if (status !== 200) throw new Error(`${parameters.Action}: ${status} ${code}`);
    }
    return arnOf(name);
  };
  return {
    kind: 'Ceph RGW',
    endpoint,
    region,
    bucket,
    publicBucket: `${account}:${bucket}`,
    otherBucket,
    admin: keysOf(admin),
    service: keysOf(caller),
    roles: {
      upload: await makeRole('upload', UPLOAD, [trustCaller, denyItsSessions]),
      read: await makeRole('read', READ, [trustCaller, denyItsSessions]),
    },
    unguardedRole: await makeRole('unguarded', UPLOAD, [trustCaller]),
    stop: async () => undefined,
  };
}

const document = (...statements: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

const keysOf = ({ accessKeyId, secretAccessKey }: Keys): Keys => ({ accessKeyId, secretAccessKey });
