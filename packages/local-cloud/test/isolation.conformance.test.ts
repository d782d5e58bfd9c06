import {
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeWithCeph, sharedCeph } from '../../../scripts/ceph/for-tests.ts';
import { attributeCases } from './isolation/attribute-cases.ts';
import { bucketCases } from './isolation/bucket-cases.ts';
import { bucketPolicyCases } from './isolation/bucket-policy-cases.ts';
import type { Cast, IsolationCase } from './isolation/case.ts';
import { copyCases } from './isolation/copy-cases.ts';
import { credentialCases } from './isolation/credential-cases.ts';
import { expiryCases } from './isolation/expiry-cases.ts';
import { FOREIGN_KEYS } from './isolation/foreign-keys.ts';
import { formCases } from './isolation/form-cases.ts';
import { listCases } from './isolation/list-cases.ts';
import { multipartCases } from './isolation/multipart-cases.ts';
import { NEIGHBOURS } from './isolation/neighbours.ts';
import { objectCases } from './isolation/object-cases.ts';
import { presignedCases } from './isolation/presigned-cases.ts';
import { type Server, startOnCeph, startOnLocalCloud } from './isolation/server.ts';
import { sessionCases } from './isolation/session-cases.ts';
import { World } from './isolation/world.ts';

const GROUPS: Readonly<Record<string, readonly IsolationCase[]>> = {
  objects: objectCases,
  listings: listCases,
  'multipart uploads': multipartCases,
  copies: copyCases,
  'tags and ACLs': attributeCases,
  buckets: [...bucketCases, ...bucketPolicyCases],
  'presigned URLs': presignedCases,
  forms: formCases,
  credentials: [...credentialCases, ...expiryCases],
  'sessions and tokens': sessionCases,
};

describe('credentials of the local cloud are held to their scope', () => {
  isolation('local cloud', startOnLocalCloud);
});
describeWithCeph('credentials of Ceph RGW are held to their scope', () => {
  isolation('Ceph RGW', async () => startOnCeph(await sharedCeph()));
});

function isolation(kind: Server['kind'], start: () => Promise<Server>): void {
  let cast: Cast;
  let before: string[];
  let turn = 0;

  beforeAll(async () => {
    const server = await start();
    cast = await assemble(new World(server));
    before = await cast.world.everythingElse(cast.admin);
  }, 120_000);

  afterAll(async () => {
    cast.world.close();
    await cast.world.server.stop();
  });

  describe.each(Object.entries(GROUPS))('%s', (_, cases) => {
    for (const { only = kind, name, run } of cases)
      if (only === kind) it(name(kind), () => run(cast));

    // One after each refusal, in turn; after a group all of them.
    afterEach(async () => {
      await NEIGHBOURS[turn++ % NEIGHBOURS.length]?.(cast);
    });

    afterAll(async () => {
      for (const neighbour of NEIGHBOURS) await neighbour(cast);
      expect(await cast.world.everythingElse(cast.admin)).toEqual(before);
    });
  });

  it('in the end nothing of anybody else has changed', async () => {
    const { world, admin, otherMiner, otherUpload } = cast;
    for (const key of [world.kept, ...FOREIGN_KEYS.map(([, keyOf]) => keyOf(world))]) {
      const { Body } = await admin.send(new GetObjectCommand(world.object(key)));
      expect(await Body?.transformToString()).toBe(key);
    }
    await otherMiner.send(world.completion(otherUpload));
    const { bucket } = world.server;
    const { Buckets = [] } = await admin.send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toContain(bucket);
    expect(Buckets.map(({ Name }) => Name)).not.toContain(`new-${bucket}`);
    if (kind === 'local cloud') return;
    const { Policy = '' } = await admin.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(Policy).toContain('user/admin');
  });
}

/** Signs everybody in and lays out what they own: by the miners themselves where that is theirs. */
async function assemble(world: World): Promise<Cast> {
  const { clients, server, hotkey, otherHotkey } = world;
  const minerKeys = await world.issueUpload();
  const otherMinerKeys = await world.issueUpload(otherHotkey);
  const readerKeys = await world.issue({ action: 'read', miner_hotkey: hotkey });
  const cast = {
    world,
    miner: clients.s3(minerKeys),
    minerKeys,
    otherMiner: clients.s3(otherMinerKeys),
    otherMinerKeys,
    reader: clients.s3(readerKeys),
    readerKeys,
    admin: clients.s3(server.admin),
  };
  for (const [, keyOf] of FOREIGN_KEYS) {
    const key = keyOf(world);
    const owner = key.startsWith(world.other) ? cast.otherMiner : cast.admin;
    await owner.send(new PutObjectCommand({ ...world.object(key), Body: key }));
  }
  await cast.miner.send(new PutObjectCommand({ ...world.object(world.kept), Body: world.kept }));
  const elsewhere = world.object(world.kept, server.otherBucket);
  await cast.admin.send(new PutObjectCommand({ ...elsewhere, Body: 'elsewhere' }));
  const otherUpload = await world.startUpload(cast.otherMiner, `${world.other}upload`);
  return { ...cast, otherUpload };
}
