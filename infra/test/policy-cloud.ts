import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { StsIssuer, sessionPolicy } from '@data-universe/auth-lambda';
import type { HotkeyAddress } from '@data-universe/core-auth';
import { type LocalCloud, startLocalCloud } from '@data-universe/local-cloud';
import { z } from 'zod';
import { bucketPolicy } from '../src/bucket-policy.ts';
import type { PolicyDocument } from '../src/policy-document.ts';
import { resourceNames } from '../src/resource-names.ts';
import { settingsSchema } from '../src/settings.ts';
import { EXAMPLE } from './example.ts';
import { policyFile, withoutTlsOnly } from './policy-files.ts';

export const BUCKET = EXAMPLE.bucket;
export const NAMES = resourceNames(settingsSchema.parse(EXAMPLE));

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface PolicyCloud {
  readonly cloud: LocalCloud;
  readonly admin: S3Client;
  /** A session of the Lambda's role. */
  readonly service: Keys;
  s3(keys: Keys): S3Client;
  assume(caller: Keys, input: Partial<AssumeRoleCommandInput>): Promise<Keys>;
  /** A session as the credential service issues it. */
  issue(action: 'upload' | 'read', hotkey: HotkeyAddress, prefix: string): Promise<Keys>;
  close(): Promise<void>;
}

export interface PolicyCloudOptions {
  /** Default: the stack's, but for its TLS statement. */
  readonly policy?: PolicyDocument;
  /** Attached to the upload role on top. */
  readonly attached?: readonly object[];
  /** Kept, and with it sessions; default: a folder that `close` removes. */
  readonly directory?: string;
}

const keysSchema = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
});

/** S3 and STS with the stack's bucket policy, roles and trust; only who plays Lambda differs: a user. */
export async function startPolicyCloud(options: PolicyCloudOptions = {}): Promise<PolicyCloud> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'infra-cloud-')));
  const lambda = { AWS: `arn:aws:iam::${EXAMPLE.account}:user/lambda` };
  const trustLambda = policyFile('auth-role-trust');
  const cloud = await startLocalCloud({
    directory,
    config: {
      buckets: [{ name: BUCKET, policy: options.policy ?? withoutTlsOnly(bucketPolicy(NAMES)) }],
      users: [{ name: 'lambda', policies: [] }],
      roles: [
        {
          name: NAMES.serviceRole,
          trustPolicy: {
            ...trustLambda,
            Statement: trustLambda.Statement.map((each) => ({ ...each, Principal: lambda })),
          },
          policies: [policyFile('auth-role')],
        },
        {
          name: NAMES.uploadRole,
          trustPolicy: policyFile('handed-out-role-trust'),
          policies: [policyFile('upload-role'), ...(options.attached ?? [])],
          maxSessionSeconds: 3600,
        },
        {
          name: NAMES.readRole,
          trustPolicy: policyFile('handed-out-role-trust'),
          policies: [policyFile('read-role')],
          maxSessionSeconds: 3600,
        },
      ],
    },
  });
  const clients: Array<{ destroy(): void }> = [];
  const connection = (keys: Keys) => ({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { ...keys },
    maxAttempts: 1,
  });
  const s3 = (keys: Keys) => {
    const client = new S3Client({ ...connection(keys), forcePathStyle: true });
    clients.push(client);
    return client;
  };
  const assume = async (caller: Keys, input: Partial<AssumeRoleCommandInput>): Promise<Keys> => {
    const client = new STSClient(connection(caller));
    clients.push(client);
    const answer = await client.send(
      new AssumeRoleCommand({ RoleArn: '', RoleSessionName: 'test', ...input }),
    );
    const keys = keysSchema.parse(answer.Credentials);
    return {
      accessKeyId: keys.AccessKeyId,
      secretAccessKey: keys.SecretAccessKey,
      sessionToken: keys.SessionToken,
    };
  };
  const user = cloud.users.get('lambda');
  if (user === undefined) throw new Error('the user lambda has no keys');
  const service = await assume(user, { RoleArn: NAMES.serviceRoleArn });
  const issuer = new StsIssuer({
    region: cloud.region,
    endpoint: cloud.endpoint,
    uploadRoleArn: NAMES.uploadRoleArn,
    readRoleArn: NAMES.readRoleArn,
    credentials: service,
  });
  return {
    cloud,
    admin: s3(cloud.admin),
    service,
    s3,
    assume,
    issue: (action, hotkey, prefix) =>
      issuer.issue({
        action,
        hotkey,
        policy: sessionPolicy({ action, bucket: BUCKET, prefixes: [prefix] }),
      }),
    async close() {
      for (const client of clients) client.destroy();
      await cloud.close();
      if (options.directory === undefined) await rm(directory, { recursive: true });
    },
  };
}
