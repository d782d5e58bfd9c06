import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectTaggingCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { answerOf, send } from './answer.ts';
import { type Expected, type IsolationCase, onCeph, refused } from './case.ts';
import type { World } from './world.ts';

const TARGETS: ReadonlyArray<readonly [name: string, key: (world: World) => string]> = [
  ['an object of its own', (world) => world.kept],
  ["another miner's object", (world) => world.foreign],
];
const TAG = { Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } };
const EVERYONE = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"';
const LATER = new Date(Date.now() + 86_400_000);

/** Ceph 16.2 asks for no permission of their own: it obeys them, or takes no notice of a lock. */
const NOT_ASKED: Expected = { ceph: 200 };

/** Headers of a put that do what needs a permission of its own. */
const HEADERS: ReadonlyArray<readonly [name: string, headers: object, ofPut?: Expected]> = [
  ['x-amz-acl: public-read', { ACL: 'public-read' }],
  ['x-amz-acl: public-read-write', { ACL: 'public-read-write' }],
  ['x-amz-acl: authenticated-read', { ACL: 'authenticated-read' }],
  ['x-amz-acl: private', { ACL: 'private' }],
  ['x-amz-grant-read', { GrantRead: EVERYONE }],
  ['x-amz-grant-full-control', { GrantFullControl: EVERYONE }],
  ['x-amz-tagging', { Tagging: 'k=v' }],
  [
    'x-amz-object-lock-mode',
    { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: LATER },
    { ceph: 400 },
  ],
  ['x-amz-object-lock-legal-hold', { ObjectLockLegalHoldStatus: 'ON' }, { ceph: 400 }],
];

export const attributeCases: readonly IsolationCase[] = [
  ...TARGETS.flatMap(([name, keyOf]): IsolationCase[] => [
    refused(`the tags of ${name}`, ({ miner, world }) =>
      answerOf(miner.send(new GetObjectTaggingCommand(world.object(keyOf(world))))),
    ),
    refused(`the tagging of ${name}`, ({ miner, world }) =>
      answerOf(miner.send(new PutObjectTaggingCommand({ ...world.object(keyOf(world)), ...TAG }))),
    ),
    refused(`the untagging of ${name}`, ({ miner, world }) =>
      answerOf(miner.send(new DeleteObjectTaggingCommand(world.object(keyOf(world))))),
    ),
    refused(`the ACL of ${name}`, ({ miner, world }) =>
      answerOf(miner.send(new GetObjectAclCommand(world.object(keyOf(world))))),
    ),
    refused(`a new ACL for ${name}`, ({ miner, world }) =>
      answerOf(
        miner.send(new PutObjectAclCommand({ ...world.object(keyOf(world)), ACL: 'public-read' })),
      ),
    ),
    refused(`a retention of ${name}`, ({ miner, world }) =>
      answerOf(
        miner.send(
          new PutObjectRetentionCommand({
            ...world.object(keyOf(world)),
            Retention: { Mode: 'COMPLIANCE', RetainUntilDate: LATER },
          }),
        ),
      ),
    ),
    refused(`a legal hold on ${name}`, ({ miner, world }) =>
      answerOf(
        miner.send(
          new PutObjectLegalHoldCommand({
            ...world.object(keyOf(world)),
            LegalHold: { Status: 'ON' },
          }),
        ),
      ),
    ),
  ]),
  refused("a validator's new ACL for what it reads", ({ reader, world }) =>
    answerOf(
      reader.send(new PutObjectAclCommand({ ...world.object(world.kept), ACL: 'public-read' })),
    ),
  ),
  refused("a validator's tagging of what it reads", ({ reader, world }) =>
    answerOf(reader.send(new PutObjectTaggingCommand({ ...world.object(world.kept), ...TAG }))),
  ),
  ...HEADERS.flatMap(([name, headers, ofPut = NOT_ASKED]): IsolationCase[] => [
    refused(
      `a put with ${name}`,
      ({ miner, world }) =>
        answerOf(
          miner.send(
            new PutObjectCommand({ ...world.object(world.fresh()), Body: 'mine', ...headers }),
          ),
        ),
      ofPut,
    ),
    refused(
      `a multipart upload with ${name}`,
      ({ miner, world }) =>
        answerOf(
          miner.send(
            new CreateMultipartUploadCommand({ ...world.object(world.fresh()), ...headers }),
          ),
        ),
      NOT_ASKED,
    ),
    refused(
      `a copy with ${name}`,
      ({ miner, world }) =>
        answerOf(
          miner.send(
            new CopyObjectCommand({
              ...world.object(world.fresh()),
              CopySource: `${world.server.bucket}/${world.kept}`,
              ...headers,
            }),
          ),
        ),
      NOT_ASKED,
    ),
  ]),
  onCeph('what is put with x-amz-acl: public-read can be read by anybody', async (cast) => {
    const { miner, world } = cast;
    const object = world.object(world.fresh());
    await miner.send(new PutObjectCommand({ ...object, Body: 'mine', ACL: 'public-read' }));
    const { endpoint, publicBucket } = world.server;
    const answer = await send('GET', `${endpoint}/${publicBucket}/${object.Key}`);
    expect(answer).toEqual({ status: 200 });
  }),
];
