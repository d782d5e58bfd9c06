import { SOURCE_NAMES } from '@data-universe/core-auth/protocol';
import { type PolicyDocument, type PolicyStatement, policyDocument } from './policy-document.ts';
import type { ResourceNames } from './resource-names.ts';
import { type Revocations, revocationStatements } from './revocations.ts';

export interface BucketPolicyOptions {
  readonly revocations?: Revocations | undefined;
  /**
   * Earlier miners upload to `data/1/` and `data/2/` without a condition on the key. With true those two folders are no
   * longer create-only; those of the sources are.
   */
  readonly earlierMiners?: boolean | undefined;
}

/**
 * It grants nothing: each statement takes something away that no role policy and no session policy can give back.
 * The two roles are meant by aws:PrincipalArn, because a Principal would be stored as the role's id, and a role made
 * anew under its name would escape.
 */
export function bucketPolicy(
  names: Pick<ResourceNames, 'bucketArn' | 'uploadRoleArn' | 'readRoleArn'>,
  { revocations = {}, earlierMiners = false }: BucketPolicyOptions = {},
): PolicyDocument {
  const { bucketArn } = names;
  const everything = [bucketArn, `${bucketArn}/*`];
  const createOnly = earlierMiners
    ? SOURCE_NAMES.map((source) => `${bucketArn}/data/${source}/*`)
    : [`${bucketArn}/*`];
  const bothRoles = { 'aws:PrincipalArn': [names.uploadRoleArn, names.readRoleArn] };
  const deny = (statement: Omit<PolicyStatement, 'Effect' | 'Principal'>): PolicyStatement => ({
    Effect: 'Deny',
    Principal: '*',
    ...statement,
  });
  const statements = [
    deny({
      Sid: 'TlsOnly',
      Action: ['s3:*'],
      Resource: everything,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
    // The parts of a multipart upload carry no If-None-Match: s3:ObjectCreationOperation is true for PutObject,
    // CopyObject and the completion alone.
    deny({
      Sid: 'CreateOnly',
      Action: ['s3:PutObject'],
      Resource: createOnly,
      Condition: {
        ArnEquals: { 'aws:PrincipalArn': [names.uploadRoleArn] },
        Null: { 's3:if-none-match': 'true' },
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    }),
    // No deletion, version, ACL, tag, retention or setting of the bucket, whatever is attached to the roles later.
    deny({
      Sid: 'NothingButUploadsAndReads',
      NotAction: [
        's3:PutObject',
        's3:GetObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
        's3:ListBucket',
      ],
      Resource: everything,
      Condition: { ArnEquals: bothRoles },
    }),
  ];
  return policyDocument(...statements, ...revocationStatements(bucketArn, revocations));
}
