import { z } from 'zod';
import { type Policy, parsePolicy } from './iam/policy-schema.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
export const DEFAULT_BUCKET = 'data-universe-storage';

const name = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'a name has 1 to 64 characters of [\\w+=,.@-]');
export const bucketNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name has 3 to 63 of a-z 0-9 . -')
  .refine((value) => !value.includes('..'), 'a bucket name has no two dots in a row');

const configSchema = z.strictObject({
  /** The shortest session STS will give, in seconds. AWS: 900. Lower it to test expiry. */
  minSessionSeconds: z.int().min(1).max(900).default(900),
  /** Buckets besides, or policies for, the default bucket. A policy is an AWS bucket policy. */
  buckets: z
    .array(z.strictObject({ name: bucketNameSchema, policy: z.unknown().optional() }))
    .default([]),
  /** Further users; their keys are made on first start and kept. A policy is an AWS identity policy. */
  users: z.array(z.strictObject({ name, policies: z.array(z.unknown()) })).default([]),
  /** Further roles, or roles that replace a default one by name. */
  roles: z
    .array(
      z.strictObject({
        name,
        trustPolicy: z.unknown(),
        policies: z.array(z.unknown()),
        maxSessionSeconds: z.int().min(900).max(43_200).default(43_200),
      }),
    )
    .default([]),
});

/** What a test or a developer may add to the cloud. Policies are AWS policy documents as plain objects. */
export type LocalCloudConfig = z.input<typeof configSchema>;

export interface User {
  readonly name: string;
  readonly arn: string;
  readonly policies: readonly Policy[];
}

export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly trust: Policy;
  readonly policies: readonly Policy[];
  readonly maxSessionSeconds: number;
}

/** The whole account: who exists, and what each may do. */
export interface Account {
  readonly minSessionSeconds: number;
  readonly buckets: ReadonlyMap<string, readonly Policy[]>;
  readonly users: ReadonlyMap<string, User>;
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Role>;
}

const userArn = (user: string) => `arn:aws:iam::${ACCOUNT}:user/${user}`;
export const roleArn = (role: string) => `arn:aws:iam::${ACCOUNT}:role/${role}`;
export const UPLOAD_ROLE = 'DataUniverseUploadRole';
export const READ_ROLE = 'DataUniverseReadRole';
export const ADMIN_USER = 'admin';
export const SERVICE_USER = 'service';

/** Parses a configuration and puts it on top of the default account. Throws ZodError or MalformedPolicyError. */
export function buildAccount(config: LocalCloudConfig): Account {
  const parsed = configSchema.parse(config);
  const document = (...statements: readonly object[]) => ({
    Version: '2012-10-17',
    Statement: statements,
  });
  const bucketArn = `arn:aws:s3:::${DEFAULT_BUCKET}`;
  const trustService = document({
    Effect: 'Allow',
    Principal: { AWS: userArn(SERVICE_USER) },
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
  });
  const users = [
    { name: ADMIN_USER, policies: [document({ Effect: 'Allow', Action: '*', Resource: '*' })] },
    {
      name: SERVICE_USER,
      policies: [
        document({
          Effect: 'Allow',
          Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
          Resource: [roleArn(UPLOAD_ROLE), roleArn(READ_ROLE)],
        }),
      ],
    },
    ...parsed.users,
  ];
  const roles = [
    {
      name: UPLOAD_ROLE,
      trustPolicy: trustService,
      policies: [
        document(
          {
            Effect: 'Allow',
            Action: [
              's3:PutObject',
              's3:GetObject',
              's3:AbortMultipartUpload',
              's3:ListMultipartUploadParts',
            ],
            Resource: `${bucketArn}/data/*`,
          },
          {
            Effect: 'Allow',
            Action: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
            Resource: bucketArn,
          },
        ),
      ],
      maxSessionSeconds: 43_200,
    },
    {
      name: READ_ROLE,
      trustPolicy: trustService,
      policies: [
        document(
          { Effect: 'Allow', Action: 's3:GetObject', Resource: `${bucketArn}/data/*` },
          { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn },
        ),
      ],
      maxSessionSeconds: 43_200,
    },
    ...parsed.roles,
  ];
  return {
    minSessionSeconds: parsed.minSessionSeconds,
    buckets: new Map([
      [DEFAULT_BUCKET, []],
      ...parsed.buckets.map(
        ({ name, policy }) =>
          [name, policy === undefined ? [] : [parsePolicy(policy, 'bucket')]] as const,
      ),
    ]),
    users: new Map(
      users.map(({ name, policies }) => [
        name,
        { name, arn: userArn(name), policies: policies.map((p) => parsePolicy(p, 'identity')) },
      ]),
    ),
    roles: new Map(
      roles.map(({ name, trustPolicy, policies, maxSessionSeconds }) => [
        roleArn(name),
        {
          name,
          arn: roleArn(name),
          trust: parsePolicy(trustPolicy, 'trust'),
          policies: policies.map((p) => parsePolicy(p, 'identity')),
          maxSessionSeconds,
        },
      ]),
    ),
  };
}
