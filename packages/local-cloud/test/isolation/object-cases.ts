import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Answer, answerOf } from './answer.ts';
import { type Cast, contained, type IsolationCase, refused } from './case.ts';
import { FOREIGN_KEYS, OTHER_SOURCE } from './foreign-keys.ts';

/** A HEAD's answer has no body to hold a code. */
const HEAD_DENIED = { status: 403 };

const keyCases = FOREIGN_KEYS.flatMap(([name, keyOf]): IsolationCase[] => [
  refused(`the put of ${name}`, ({ miner, world }) =>
    answerOf(miner.send(new PutObjectCommand({ ...world.object(keyOf(world)), Body: 'mine' }))),
  ),
  refused(`the create-only put of ${name}`, ({ miner, world }) => {
    const object = world.object(keyOf(world));
    return answerOf(miner.send(new PutObjectCommand({ ...object, Body: '', IfNoneMatch: '*' })));
  }),
  refused(`the get of ${name}`, ({ miner, world }) =>
    answerOf(miner.send(new GetObjectCommand(world.object(keyOf(world))))),
  ),
  refused(`a range of ${name}`, ({ miner, world }) =>
    answerOf(
      miner.send(new GetObjectCommand({ ...world.object(keyOf(world)), Range: 'bytes=0-0' })),
    ),
  ),
  refused(
    `the head of ${name}`,
    ({ miner, world }) => answerOf(miner.send(new HeadObjectCommand(world.object(keyOf(world))))),
    { aws: HEAD_DENIED },
  ),
  refused(`a multipart upload to ${name}`, ({ miner, world }) =>
    answerOf(miner.send(new CreateMultipartUploadCommand(world.object(keyOf(world))))),
  ),
  ...(name === OTHER_SOURCE
    ? []
    : [
        refused(`a validator's get of ${name}`, ({ reader, world }) =>
          answerOf(reader.send(new GetObjectCommand(world.object(keyOf(world))))),
        ),
      ]),
]);

/** The answer for the one key of a batch: the batch itself is answered 200. */
async function deleteInBatch(client: S3Client, cast: Cast, key: string): Promise<Answer> {
  const { bucket } = cast.world.server;
  const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: key }] } });
  try {
    const { Errors = [], $metadata } = await client.send(command);
    return { status: $metadata.httpStatusCode ?? 0, code: Errors[0]?.Code };
  } catch (error) {
    return answerOf(Promise.reject(error));
  }
}

// Ceph refuses the batch as a whole.
const inBatch = { aws: { status: 200, code: 'AccessDenied' }, ceph: 403 };

export const objectCases: readonly IsolationCase[] = [
  ...keyCases,
  refused("the get of another bucket's key", ({ miner, world }) =>
    answerOf(miner.send(new GetObjectCommand(world.object(world.kept, world.server.otherBucket)))),
  ),
  refused("the put of another bucket's key", ({ miner, world }) => {
    const object = world.object(world.fresh(), world.server.otherBucket);
    return answerOf(miner.send(new PutObjectCommand({ ...object, Body: 'mine' })));
  }),
  refused(
    "the get of an absent key of another miner's",
    ({ miner, world }) =>
      answerOf(miner.send(new GetObjectCommand(world.object(`${world.other}absent`)))),
    // Ceph tells everyone what is not there.
    { ceph: 404 },
  ),
  contained('a key that climbs out of the prefix stays a name within it', async (cast) => {
    const { miner, world } = cast;
    const climbing = world.object(`${world.scratch}../../${world.otherHotkey}/seed`);
    const put = await answerOf(miner.send(new PutObjectCommand({ ...climbing, Body: 'mine' })));
    expect([200, 400, 403]).toContain(put.status);
    const seen = await cast.admin.send(new GetObjectCommand(world.object(world.foreign)));
    expect(await seen.Body?.transformToString()).toBe(world.foreign);
  }),

  refused(
    'the put of a key of its own that is taken, create-only,',
    ({ miner, world }) =>
      answerOf(
        miner.send(
          new PutObjectCommand({ ...world.object(world.kept), Body: 'new', IfNoneMatch: '*' }),
        ),
      ),
    { aws: { status: 412, code: 'PreconditionFailed' } },
  ),
  contained(
    'a put without the condition replaces an object of its own: only a bucket policy could forbid that',
    async ({ miner, world }) => {
      const object = world.object(world.fresh());
      for (const Body of ['first', 'second'])
        await miner.send(new PutObjectCommand({ ...object, Body }));
      const { Body } = await miner.send(new GetObjectCommand(object));
      expect(await Body?.transformToString()).toBe('second');
    },
  ),

  refused('the delete of an object of its own', ({ miner, world }) =>
    answerOf(miner.send(new DeleteObjectCommand(world.object(world.kept)))),
  ),
  refused("the delete of another miner's object", ({ miner, world }) =>
    answerOf(miner.send(new DeleteObjectCommand(world.object(world.foreign)))),
  ),
  refused('the delete of a version of its own', ({ miner, world }) =>
    answerOf(
      miner.send(new DeleteObjectCommand({ ...world.object(world.kept), VersionId: 'null' })),
    ),
  ),
  refused(
    'the delete of an object of its own in a batch',
    (cast) => deleteInBatch(cast.miner, cast, cast.world.kept),
    inBatch,
  ),
  refused(
    "the delete of another miner's object in a batch",
    (cast) => deleteInBatch(cast.miner, cast, cast.world.foreign),
    inBatch,
  ),
  refused("the get of another miner's object by its version", ({ miner, world }) =>
    answerOf(
      miner.send(new GetObjectCommand({ ...world.object(world.foreign), VersionId: 'null' })),
    ),
  ),
  refused("the attributes of another miner's object", ({ miner, world }) =>
    answerOf(
      miner.send(
        new GetObjectAttributesCommand({
          ...world.object(world.foreign),
          ObjectAttributes: ['ETag'],
        }),
      ),
    ),
  ),

  refused("a validator's put", ({ reader, world }) =>
    answerOf(reader.send(new PutObjectCommand({ ...world.object(world.fresh()), Body: 'mine' }))),
  ),
  refused("a validator's overwrite", ({ reader, world }) =>
    answerOf(reader.send(new PutObjectCommand({ ...world.object(world.kept), Body: 'mine' }))),
  ),
  refused("a validator's put below its own hotkey", ({ reader, world }) =>
    answerOf(
      reader.send(new PutObjectCommand({ ...world.object(world.fresh(world.other)), Body: 'v' })),
    ),
  ),
  refused("a validator's multipart upload", ({ reader, world }) =>
    answerOf(reader.send(new CreateMultipartUploadCommand(world.object(world.fresh())))),
  ),
  refused("a validator's delete", ({ reader, world }) =>
    answerOf(reader.send(new DeleteObjectCommand(world.object(world.kept)))),
  ),
  refused(
    "a validator's delete in a batch",
    (cast) => deleteInBatch(cast.reader, cast, cast.world.kept),
    inBatch,
  ),
  contained('a validator reads every source of the miner it asked for', async (cast) => {
    const { reader, world } = cast;
    const reddit = `data/reddit/${world.hotkey}/seed`;
    const { Body } = await reader.send(new GetObjectCommand(world.object(reddit)));
    expect(await Body?.transformToString()).toBe(reddit);
  }),

  refused(
    "the service's own get",
    ({ world }) =>
      answerOf(
        world.clients.s3(world.server.service).send(new GetObjectCommand(world.object(world.kept))),
      ),
    // To Ceph a session's objects belong to the user who assumed the role.
    { ceph: 200 },
  ),
  refused("the service's own put", ({ world }) =>
    answerOf(
      world.clients
        .s3(world.server.service)
        .send(new PutObjectCommand({ ...world.object(world.fresh()), Body: 'service' })),
    ),
  ),
];
