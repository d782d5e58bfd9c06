import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect } from 'vitest';
import { answerOf, send } from './answer.ts';
import { contained, type IsolationCase } from './case.ts';

const EXPIRED = { status: 400, code: 'ExpiredToken' };

export const expiryCases: readonly IsolationCase[] = [
  contained('credentials open nothing once they have expired', async ({ miner, world }) => {
    const { kind, bucket } = world.server;
    const { upload, url, client, expiration } = await shortLived();
    await sleep(expiration.getTime() - Date.now() + 1_100);

    const kept = world.object(world.kept);
    const fresh = { ...world.object(world.fresh()), Body: 'late' };
    const part = { ...world.object(upload.key), UploadId: upload.id };
    const attempts = {
      get: answerOf(client.send(new GetObjectCommand(kept))),
      head: answerOf(client.send(new HeadObjectCommand(kept))),
      put: answerOf(client.send(new PutObjectCommand(fresh))),
      list: answerOf(client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: world.own }))),
      part: answerOf(client.send(new UploadPartCommand({ ...part, PartNumber: 2, Body: 'late' }))),
      parts: answerOf(client.send(new ListPartsCommand(part))),
      completion: answerOf(client.send(world.completion(upload))),
      'presigned get': send('GET', url),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const { status, code } = await attempt;
      // Ceph calls it AccessDenied.
      if (kind === 'Ceph RGW') expect(status, `${name} ${code}`).toBe(403);
      else expect({ status, code }, name).toEqual(name === 'head' ? { status: 400 } : EXPIRED);
    }
    // Newer credentials go on where the old ones ended.
    await miner.send(world.completion(upload));

    /** Credentials that did all this before they ended: as often as a busy machine needs. */
    async function shortLived() {
      for (;;) {
        const keys = await world.issueShort();
        const client = world.clients.s3(keys);
        try {
          const upload = await world.startUpload(client, world.fresh());
          const url = await getSignedUrl(client, new GetObjectCommand(world.object(world.kept)));
          await client.send(new GetObjectCommand(world.object(world.kept)));
          return { upload, url, client, expiration: keys.expiration };
        } catch (error) {
          if (Date.now() < keys.expiration.getTime()) throw error;
        }
      }
    }
  }),
];
