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
  stop(): Promise<void>;
}

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

  const objects = `arn:aws:s3:::${bucket}/data/*`;
  const makeRole = async (name: string, objectActions: string[], bucketActions: string[]) => {
    const trust = document({
      Effect: 'Allow',
      Principal: { AWS: [caller.arn] },
      Action: ['sts:AssumeRole'],
    });
    const policy = document(
      { Effect: 'Allow', Action: objectActions, Resource: objects },
      { Effect: 'Allow', Action: bucketActions, Resource: `arn:aws:s3:::${bucket}` },
    );
    const RoleName = `${name}-${id}`;
    const place = { endpoint, region, keys: keysOf(admin) };
    for (const parameters of [
      { Action: 'CreateRole', RoleName, AssumeRolePolicyDocument: trust },
      { Action: 'PutRolePolicy', RoleName, PolicyName: 'role', PolicyDocument: policy },
    ]) {
      const { status, code } = await queryAction(place, parameters);
      if (status !== 200) throw new Error(`${parameters.Action}: ${status} ${code}`);
    }
    return `arn:aws:iam::${account}:role/${RoleName}`;
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
    // The rights of the local cloud's own roles.
    roles: {
      upload: await makeRole(
        'upload',
        ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
      ),
      read: await makeRole('read', ['s3:GetObject'], ['s3:ListBucket']),
    },
    stop: async () => undefined,
  };
}

const document = (...statements: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

const keysOf = ({ accessKeyId, secretAccessKey }: Keys): Keys => ({ accessKeyId, secretAccessKey });
