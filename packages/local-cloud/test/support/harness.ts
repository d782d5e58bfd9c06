import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../src/index.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface Harness {
  readonly directory: string;
  cloud: LocalCloud;
  s3(credentials: Credentials, config?: S3ClientConfig): S3Client;
  sts(credentials: Credentials): STSClient;
  /** Credentials of a role session that the service user assumed. */
  assume(
    role: string,
    policy?: object,
    input?: Partial<AssumeRoleCommandInput>,
    caller?: Credentials,
  ): Promise<Required<Credentials>>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startHarness(
  options: Omit<LocalCloudOptions, 'directory'> = {},
): Promise<Harness> {
  const directory = await mkdtemp(path.join(tmpdir(), 'local-cloud-'));
  const clients: Array<{ destroy(): void }> = [];
  const common = (credentials: Credentials) => ({
    endpoint: harness.cloud.endpoint,
    region: 'us-east-1',
    credentials: { ...credentials },
    maxAttempts: 1,
  });
  const keep = <T extends { destroy(): void }>(client: T): T => {
    clients.push(client);
    return client;
  };
  const harness: Harness = {
    directory,
    cloud: await startLocalCloud({ directory, ...options }),
    s3: (credentials, config = {}) =>
      keep(new S3Client({ ...common(credentials), forcePathStyle: true, ...config })),
    sts: (credentials) => keep(new STSClient(common(credentials))),
    async assume(role, policy, input = {}, caller = harness.cloud.service) {
      const answer = await harness.sts(caller).send(
        new AssumeRoleCommand({
          RoleArn: role,
          RoleSessionName: 'session',
          ...(policy === undefined ? {} : { Policy: JSON.stringify(policy) }),
          ...input,
        }),
      );
      return {
        accessKeyId: answer.Credentials?.AccessKeyId ?? '',
        secretAccessKey: answer.Credentials?.SecretAccessKey ?? '',
        sessionToken: answer.Credentials?.SessionToken ?? '',
      };
    },
    async restart() {
      await harness.cloud.close();
      harness.cloud = await startLocalCloud({ directory, ...options });
    },
    async stop() {
      for (const client of clients) client.destroy();
      await harness.cloud.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return harness;
}

/** What an AWS refusal looks like through the SDK. */
export async function refusal(work: Promise<unknown>): Promise<{ status: number; code: string }> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, 'the request should have been refused').toBeInstanceOf(Error);
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  return { code: name, status: $metadata?.httpStatusCode ?? 0 };
}

export const BUCKET = 'data-universe-storage';
export const MINE = 'data/x/miner-a/';

/** The session policy of an uploader: its own prefix and nothing beside it. */
export const uploadPolicy = (prefix = MINE) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        's3:PutObject',
        's3:GetObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      Resource: `arn:aws:s3:::${BUCKET}/${prefix}*`,
    },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${BUCKET}`,
      Condition: { StringLike: { 's3:prefix': `${prefix}*` } },
    },
  ],
});
