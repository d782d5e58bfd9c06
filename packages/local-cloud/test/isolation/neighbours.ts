import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Cast } from './case.ts';

async function reads({ world }: Cast, client: S3Client): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand(world.object(world.kept)));
  expect(await Body?.transformToString()).toBe(world.kept);
}

async function lists({ world }: Cast, client: S3Client): Promise<void> {
  const listing = { Bucket: world.server.bucket, Prefix: world.own, MaxKeys: 1 };
  for (const command of [new ListObjectsV2Command(listing), new ListObjectsCommand(listing)]) {
    const { Contents = [] } = await client.send(command);
    expect(Contents.map((item) => item.Key)).toEqual([world.kept]);
  }
}

/** What credentials are for, next to what they are refused: it has to go on working. */
export const NEIGHBOURS: ReadonlyArray<(cast: Cast) => Promise<void>> = [
  async ({ miner, world }) => {
    const object = { ...world.object(world.fresh()), Body: 'mine', IfNoneMatch: '*' };
    await miner.send(new PutObjectCommand(object));
  },
  (cast) => reads(cast, cast.miner),
  (cast) => lists(cast, cast.miner),
  async ({ miner, world }) => {
    const upload = await world.startUpload(miner, world.fresh());
    await miner.send(world.completion(upload));
    await miner.send(new HeadObjectCommand(world.object(upload.key)));
  },
  (cast) => reads(cast, cast.reader),
  (cast) => lists(cast, cast.reader),
];
