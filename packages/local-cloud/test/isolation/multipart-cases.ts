import {
  AbortMultipartUploadCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Answer, answerOf } from './answer.ts';
import { type Cast, contained, type IsolationCase, refused } from './case.ts';
import type { OpenUpload, World } from './world.ts';

interface Step {
  readonly name: string;
  /** What Ceph 16.2 answers where the upload is of another key. */
  readonly ceph?: { readonly ofAnotherKey?: number; readonly byAnotherMinersKey?: number };
  readonly send: (client: S3Client, world: World, upload: OpenUpload) => Promise<Answer>;
}

/** All that can be done with an upload id. */
const STEPS: readonly Step[] = [
  {
    name: 'a part for',
    send: (client, world, { key, id }) => {
      const part = { ...world.object(key), UploadId: id, PartNumber: 1, Body: 'stolen' };
      return answerOf(client.send(new UploadPartCommand(part)));
    },
  },
  {
    name: 'a part copied into',
    ceph: { ofAnotherKey: 403 },
    send: (client, world, { key, id }) => {
      const CopySource = `${world.server.bucket}/${world.kept}`;
      const part = { ...world.object(key), UploadId: id, PartNumber: 1, CopySource };
      return answerOf(client.send(new UploadPartCopyCommand(part)));
    },
  },
  {
    name: 'the parts of',
    ceph: { byAnotherMinersKey: 404 },
    send: (client, world, { key, id }) =>
      answerOf(client.send(new ListPartsCommand({ ...world.object(key), UploadId: id }))),
  },
  {
    name: 'the completion of',
    ceph: { ofAnotherKey: 500 },
    send: (client, world, upload) => answerOf(client.send(world.completion(upload))),
  },
  {
    name: 'the abortion of',
    send: (client, world, { key, id }) => {
      const upload = { ...world.object(key), UploadId: id };
      return answerOf(client.send(new AbortMultipartUploadCommand(upload)));
    },
  },
];

const NO_SUCH_UPLOAD = { status: 404, code: 'NoSuchUpload' };

/** Starts an upload of the miner's, lets somebody try something with it, and ends it. */
async function withUpload(
  { miner, world }: Cast,
  attempt: (upload: OpenUpload) => Promise<Answer>,
): Promise<Answer> {
  const upload = await world.startUpload(miner, world.fresh());
  const answer = await attempt(upload);
  const { key, id } = upload;
  await miner.send(new AbortMultipartUploadCommand({ ...world.object(key), UploadId: id }));
  return answer;
}

export const multipartCases: readonly IsolationCase[] = [
  ...STEPS.flatMap(({ name, send, ceph = {} }): IsolationCase[] => [
    refused(`${name} another miner's upload`, ({ miner, world, otherUpload }) =>
      send(miner, world, otherUpload),
    ),
    refused(
      `${name} another miner's upload, by a key of its own,`,
      ({ miner, world, otherUpload }) => send(miner, world, { ...otherUpload, key: world.fresh() }),
      { aws: NO_SUCH_UPLOAD, ceph: ceph.ofAnotherKey ?? 404 },
    ),
    refused(
      `${name} an upload of its own, by another miner's key,`,
      (cast) =>
        withUpload(cast, (upload) =>
          send(cast.miner, cast.world, { ...upload, key: cast.world.foreign }),
        ),
      { ceph: ceph.byAnotherMinersKey ?? 403 },
    ),
    refused(
      `${name} an upload of its own, by another key of its own,`,
      (cast) =>
        withUpload(cast, (upload) =>
          send(cast.miner, cast.world, { ...upload, key: cast.world.fresh() }),
        ),
      { aws: NO_SUCH_UPLOAD, ceph: ceph.ofAnotherKey ?? 404 },
    ),
    refused(`for a validator, ${name} the miner's upload`, (cast) =>
      withUpload(cast, (upload) => send(cast.reader, cast.world, upload)),
    ),
    refused(`for the miner's credentials of another source, ${name} its upload`, (cast) =>
      withUpload(cast, async (upload) => {
        const { world } = cast;
        const reddit = world.clients.s3(await world.issueUpload(world.hotkey, 'reddit'));
        return send(reddit, world, upload);
      }),
    ),
  ]),
  contained("another session of the miner's goes on with its upload", async ({ miner, world }) => {
    const upload = await world.startUpload(miner, world.fresh());
    const later = world.clients.s3(await world.issueUpload());
    const { Parts = [] } = await later.send(
      new ListPartsCommand({ ...world.object(upload.key), UploadId: upload.id }),
    );
    expect(Parts.map((part) => part.ETag)).toEqual([upload.etag]);
    await later.send(world.completion(upload));
  }),
  contained("the other miner's upload is as it was, and its owner goes on", async (cast) => {
    const { otherMiner, otherUpload, world } = cast;
    const { Parts = [] } = await otherMiner.send(
      new ListPartsCommand({ ...world.object(otherUpload.key), UploadId: otherUpload.id }),
    );
    expect(Parts.map((part) => part.ETag)).toEqual([otherUpload.etag]);
  }),
];
