import { type PolicyDocument, policyDocument } from './policy-document.ts';
import type { ResourceNames } from './resource-names.ts';

/**
 * Who may become the upload or the read role: the service, and only for a hotkey it names. A session
 * without a source identity would escape the revocation of one hotkey, and say nothing in CloudTrail.
 */
export function trustPolicy(serviceRoleArn: string): PolicyDocument {
  return policyDocument({
    Sid: 'OnlyTheCredentialServiceForANamedHotkey',
    Effect: 'Allow',
    Principal: { AWS: serviceRoleArn },
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
    Condition: { StringLike: { 'sts:SourceIdentity': '5*' } },
  });
}

/** The most that any uploader's session can be; the session policy leaves it one prefix. */
export function uploadRolePolicy(names: Pick<ResourceNames, 'bucketArn'>): PolicyDocument {
  return policyDocument(
    {
      Sid: 'WriteAndCheckTheDataset',
      Effect: 'Allow',
      Action: [
        's3:PutObject',
        's3:GetObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      Resource: [`${names.bucketArn}/data/*`],
    },
    listDataset(names),
  );
}

/** The most that any reader's session can be. */
export function readRolePolicy(names: Pick<ResourceNames, 'bucketArn'>): PolicyDocument {
  return policyDocument(
    {
      Sid: 'ReadTheDataset',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: [`${names.bucketArn}/data/*`],
    },
    listDataset(names),
  );
}

/** What the Lambda itself may do: no object of the bucket, and of the table one item at a time. */
export function servicePolicy(
  names: Pick<ResourceNames, 'uploadRoleArn' | 'readRoleArn' | 'tableArn' | 'logGroupArn'>,
): PolicyDocument {
  return policyDocument(
    {
      Sid: 'BecomeTheTwoRoles',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      Resource: [names.uploadRoleArn, names.readRoleArn],
    },
    {
      Sid: 'KeepState',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Resource: [names.tableArn],
    },
    {
      Sid: 'WriteItsLog',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      // Lambda names the streams of a group as it goes.
      Resource: [`${names.logGroupArn}:*`],
    },
  );
}

/** ListBucket is an action on the bucket: without a prefix in the request it would list everything. */
const listDataset = ({ bucketArn }: Pick<ResourceNames, 'bucketArn'>) => ({
  Sid: 'ListTheDataset',
  Effect: 'Allow' as const,
  Action: ['s3:ListBucket'],
  Resource: [bucketArn],
  Condition: { StringLike: { 's3:prefix': ['data/*'] } },
});
