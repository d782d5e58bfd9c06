import {
  CreateMultipartUploadCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { answerOf } from './answer.ts';
import { type Cast, DENIED, type IsolationCase, onCeph } from './case.ts';

/** Adds a Deny of puts under a condition to the bucket's policy while something is tried. */
async function denyingPuts(
  { admin, world }: Cast,
  Condition: object,
  attempt: () => Promise<void>,
): Promise<void> {
  const Bucket = world.server.bucket;
  const { Policy = '' } = await admin.send(new GetBucketPolicyCommand({ Bucket }));
  const policy: { Version: string; Statement: object[] } = JSON.parse(Policy);
  const deny = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${Bucket}/*`,
    Condition,
  };
  const stricter = JSON.stringify({ ...policy, Statement: [...policy.Statement, deny] });
  await admin.send(new PutBucketPolicyCommand({ Bucket, Policy: stricter }));
  try {
    await attempt();
  } finally {
    await admin.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  }
}

export const bucketPolicyCases: readonly IsolationCase[] = [
  onCeph('a bucket policy against ACLs stops a put, and not a multipart upload', (cast) => {
    const { miner, world } = cast;
    return denyingPuts(cast, { StringLike: { 's3:x-amz-acl': '?*' } }, async () => {
      const put = { ...world.object(world.fresh()), Body: 'mine' };
      expect(await answerOf(miner.send(new PutObjectCommand(put)))).toEqual({ status: 200 });
      const open = { ...put, ACL: 'public-read' } as const;
      expect(await answerOf(miner.send(new PutObjectCommand(open)))).toEqual(DENIED);
      const upload = { ...world.object(world.fresh()), ACL: 'public-read' } as const;
      const started = await answerOf(miner.send(new CreateMultipartUploadCommand(upload)));
      expect(started).toEqual({ status: 200 });
    });
  }),
  onCeph('a bucket policy that demands create-only refuses every put', (cast) => {
    const { miner, world } = cast;
    return denyingPuts(cast, { Null: { 's3:if-none-match': 'true' } }, async () => {
      const put = { ...world.object(world.fresh()), Body: 'mine', IfNoneMatch: '*' };
      expect(await answerOf(miner.send(new PutObjectCommand(put)))).toEqual(DENIED);
    });
  }),
];
