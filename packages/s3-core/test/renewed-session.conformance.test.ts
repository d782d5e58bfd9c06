import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { type ByteSource, parseObjectKey, readAll, sha256Of } from '@data-universe/storage-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeWithCeph, sharedCeph } from '../../../scripts/ceph/for-tests.ts';
import {
  type Server,
  startOnCeph,
  startOnLocalCloud,
} from '../../local-cloud/test/isolation/server.ts';
import { World } from '../../local-cloud/test/isolation/world.ts';
import { S3Backend, type S3Credentials } from '../src/index.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

const PART = 5 * 1024 * 1024;
const BYTES = randomBytes(3 * PART + 5);
const SHA256 = sha256Of(BYTES);
/** Servers count in whole seconds. */
const AFTER_EXPIRY_MS = 1_500;

function suite(start: () => Promise<Server>): void {
  let world: World;
  beforeAll(async () => {
    world = new World(await start());
  }, 120_000);
  afterAll(async () => {
    world.clients.close();
    await world.server.stop();
  });

  /** A backend with a session of one second, and lasting ones after it. */
  async function shortSession() {
    const { endpoint, region, bucket } = world.server;
    const signers: string[] = [];
    const proxy = await startFaultProxy(endpoint, (line, { headers }) => {
      const [, signer = ''] = /Credential=([^/]+)\//.exec(headers.authorization ?? '') ?? [];
      signers.push(`${signer} ${line}`);
      return undefined;
    });
    onTestFinished(() => proxy.close());
    let current: S3Credentials = await world.issueShort();
    const first = current;
    const given = [current.accessKeyId];
    const backend = new S3Backend({
      endpoint: proxy.endpoint,
      region,
      bucket,
      credentials: async ({ forceRefresh }) => {
        if (forceRefresh) {
          current = await world.issueUpload();
          given.push(current.accessKeyId);
        }
        return current;
      },
      partSize: PART,
      partsAtOnce: 1,
    });
    onTestFinished(() => backend.close());
    const ended = async () => {
      const left = (first.expiration?.getTime() ?? 0) - Date.now();
      await sleep(Math.max(0, left) + AFTER_EXPIRY_MS);
    };
    /** Which of the sessions, from 1, signed each request of a kind. */
    const sessionsOf = (kind: RegExp) =>
      signers
        .filter((line) => kind.test(line))
        .map((line) => given.indexOf(line.split(' ')[0] ?? '') + 1);
    return { backend, ended, given, sessionsOf };
  }

  it('an upload in parts goes on where its session ends in the middle', async () => {
    const { backend, ended, given, sessionsOf } = await shortSession();
    const key = parseObjectKey(`${world.own}${randomUUID()}`);
    const source: ByteSource = {
      size: BYTES.length,
      async *stream() {
        yield BYTES.subarray(0, PART);
        yield BYTES.subarray(PART, 2 * PART);
        await ended();
        yield BYTES.subarray(2 * PART);
      },
    };
    const receipt = await backend.put(key, source, { sha256: SHA256 });
    expect(receipt).toMatchObject({ key, size: BYTES.length, sha256: SHA256 });
    // Renewed once, for the request that was refused.
    expect(given).toHaveLength(2);
    expect(sessionsOf(/POST .*\?uploads/)[0]).toBe(1);
    expect(sessionsOf(/PUT .*partNumber=4/)).toEqual([2]);
    expect(sessionsOf(/POST .*\?uploadId=/)).toEqual([2]);
    expect(BYTES.equals(await readAll((await backend.get(key)).body))).toBe(true);
    const owner = world.clients.s3(world.server.admin);
    const { Uploads = [] } = await owner.send(
      new ListMultipartUploadsCommand({ Bucket: world.server.bucket, Prefix: key }),
    );
    expect(Uploads).toEqual([]);
  }, 60_000);

  it('a look at an object with a session that has ended is repeated with another', async () => {
    const { backend, ended, given } = await shortSession();
    await ended();
    await expect(backend.head(parseObjectKey(`${world.own}absent`))).rejects.toMatchObject({
      code: 'NotFound',
    });
    expect(given).toHaveLength(2);
  }, 60_000);
}

describe('a session that ends, over the local cloud', () => suite(startOnLocalCloud));
describeWithCeph('a session that ends, over Ceph RGW', () =>
  suite(async () => startOnCeph(await sharedCeph())),
);
