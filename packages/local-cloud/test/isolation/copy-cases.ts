import { CopyObjectCommand, type S3Client, UploadPartCopyCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Answer, answerOf } from './answer.ts';
import { contained, type IsolationCase, refused } from './case.ts';
import { FOREIGN_KEYS } from './foreign-keys.ts';
import type { World } from './world.ts';

function copy(client: S3Client, world: World, from: string, to: string): Promise<Answer> {
  const CopySource = `${world.server.bucket}/${from.split('/').map(encodeURIComponent).join('/')}`;
  return answerOf(client.send(new CopyObjectCommand({ ...world.object(to), CopySource })));
}

export const copyCases: readonly IsolationCase[] = [
  ...FOREIGN_KEYS.flatMap(([name, keyOf]): IsolationCase[] => [
    refused(`a copy of ${name} into its own prefix`, ({ miner, world }) =>
      copy(miner, world, keyOf(world), world.fresh()),
    ),
    refused(`a copy of an object of its own to ${name}`, ({ miner, world }) =>
      copy(miner, world, world.kept, keyOf(world)),
    ),
  ]),
  refused("a copy of another bucket's object", ({ miner, world }) =>
    answerOf(
      miner.send(
        new CopyObjectCommand({
          ...world.object(world.fresh()),
          CopySource: `${world.server.otherBucket}/${world.kept}`,
        }),
      ),
    ),
  ),
  refused('a copy of an object of its own to another bucket', ({ miner, world }) =>
    answerOf(
      miner.send(
        new CopyObjectCommand({
          ...world.object(world.fresh(), world.server.otherBucket),
          CopySource: `${world.server.bucket}/${world.kept}`,
        }),
      ),
    ),
  ),
  ...['../', '%2e%2e%2f', '..%2F'].map((up) =>
    refused(
      `a copy that climbs to another miner's object by ${up}`,
      ({ miner, world }) => {
        const CopySource = `${world.server.bucket}/${world.own}${up}${world.otherHotkey}/seed`;
        const object = world.object(world.fresh());
        return answerOf(miner.send(new CopyObjectCommand({ ...object, CopySource })));
      },
      // A name within the prefix, and absent: Ceph says so.
      { ceph: 404 },
    ),
  ),
  refused("another miner's object as a part", async ({ miner, world }) => {
    const upload = await world.startUpload(miner, world.fresh());
    const CopySource = `${world.server.bucket}/${world.foreign}`;
    const part = { ...world.object(upload.key), UploadId: upload.id, PartNumber: 2, CopySource };
    const answer = await answerOf(miner.send(new UploadPartCopyCommand(part)));
    await miner.send(world.completion(upload));
    return answer;
  }),
  refused("a validator's copy within the miner's prefix", ({ reader, world }) =>
    copy(reader, world, world.kept, world.fresh()),
  ),
  contained('a copy within its own prefix is made', async ({ miner, world }) => {
    expect(await copy(miner, world, world.kept, world.fresh())).toEqual({ status: 200 });
  }),
];
