import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect } from 'vitest';
import { send } from './answer.ts';
import { type Cast, contained, type Expected, type IsolationCase, refused } from './case.ts';

const MISMATCH: Expected = { aws: { status: 403, code: 'SignatureDoesNotMatch' } };

const MINUTE = { expiresIn: 60 };

/** A good URL of the miner's own object, bent, and asked for. */
function bent(name: string, bend: (url: string, cast: Cast) => string, expected = MISMATCH) {
  return refused(
    `a presigned get ${name}`,
    async (cast) => {
      const { miner, world } = cast;
      const url = await getSignedUrl(miner, new GetObjectCommand(world.object(world.kept)), MINUTE);
      const other = bend(url, cast);
      expect(other).not.toBe(url);
      return send('GET', other);
    },
    expected,
  );
}

export const presignedCases: readonly IsolationCase[] = [
  refused("a presigned get of another miner's object", async ({ miner, world }) =>
    send(
      'GET',
      await getSignedUrl(miner, new GetObjectCommand(world.object(world.foreign)), MINUTE),
    ),
  ),
  refused("a presigned put of another miner's key", async ({ miner, world }) =>
    send(
      'PUT',
      await getSignedUrl(miner, new PutObjectCommand(world.object(`${world.other}new`)), MINUTE),
      {
        body: 'mine',
      },
    ),
  ),
  refused('a presigned delete of an object of its own', async ({ miner, world }) =>
    send(
      'DELETE',
      await getSignedUrl(miner, new DeleteObjectCommand(world.object(world.kept)), MINUTE),
    ),
  ),
  refused('a presigned listing of everything', async ({ miner, world }) =>
    send(
      'GET',
      await getSignedUrl(miner, new ListObjectsV2Command({ Bucket: world.server.bucket }), MINUTE),
    ),
  ),
  refused("a presigned put by a validator's credentials", async ({ reader, world }) =>
    send(
      'PUT',
      await getSignedUrl(reader, new PutObjectCommand(world.object(world.fresh())), MINUTE),
      {
        body: 'mine',
      },
    ),
  ),
  bent("bent to another miner's key", (url, { world }) =>
    url.replace(world.kept, () => world.foreign),
  ),
  bent('bent to another key of its own', (url, { world }) =>
    url.replace(world.kept, () => `${world.kept}2`),
  ),
  bent('made to last longer', (url) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000')),
  bent('dated anew', (url) => url.replace(/X-Amz-Date=\d{8}T\d{6}Z/, () => `X-Amz-Date=${now()}`)),
  bent('with a parameter more', (url) => `${url}&response-content-type=text/html`),
  bent('with another signature', (url) =>
    url.replace(/Signature=(.)/, (_, digit) => `Signature=${digit === '0' ? '1' : '0'}`),
  ),
  bent('without its token', (url) => url.replace(/&?X-Amz-Security-Token=[^&]*/, ''), {
    aws: { status: 403, code: 'InvalidAccessKeyId' },
  }),
  bent(
    "with another one's token",
    (url, { otherMinerKeys }) =>
      url.replace(
        /X-Amz-Security-Token=[^&]*/,
        () => `X-Amz-Security-Token=${encodeURIComponent(otherMinerKeys.sessionToken)}`,
      ),
    { aws: { status: 400, code: 'InvalidToken' }, ceph: 403 },
  ),
  refused(
    'a presigned get used for a put',
    async ({ miner, world }) =>
      send(
        'PUT',
        await getSignedUrl(miner, new GetObjectCommand(world.object(world.kept)), MINUTE),
        {
          body: 'mine',
        },
      ),
    MISMATCH,
  ),
  refused('a presigned get after its time', async ({ miner, world }) => {
    const signingDate = new Date(Date.now() - 120_000);
    const command = new GetObjectCommand(world.object(world.kept));
    return send('GET', await getSignedUrl(miner, command, { ...MINUTE, signingDate }));
  }),
  refused(
    'a presigned get before its time',
    async ({ miner, world }) => {
      const signingDate = new Date(Date.now() + 20 * 60_000);
      const command = new GetObjectCommand(world.object(world.kept));
      return send('GET', await getSignedUrl(miner, command, { ...MINUTE, signingDate }));
    },
    { ceph: 200 },
  ),
  refused('a get by nobody', async ({ world }) =>
    send('GET', `${world.server.endpoint}/${world.server.publicBucket}/${world.kept}`),
  ),
  refused('a put by nobody', async ({ world }) =>
    send('PUT', `${world.server.endpoint}/${world.server.publicBucket}/${world.fresh()}`, {
      body: 'mine',
    }),
  ),
  refused('a listing by nobody', async ({ world }) =>
    send('GET', `${world.server.endpoint}/${world.server.publicBucket}?list-type=2`),
  ),
  contained('a presigned put and get of its own key are served', async ({ miner, world }) => {
    const object = world.object(world.fresh());
    const put = await getSignedUrl(miner, new PutObjectCommand(object), MINUTE);
    expect(await send('PUT', put, { body: 'mine' })).toMatchObject({ status: 200 });
    const get = await getSignedUrl(miner, new GetObjectCommand(object), MINUTE);
    expect(await send('GET', get)).toMatchObject({ status: 200 });
  }),
];

const now = () => new Date(Date.now() + 1000).toISOString().replace(/[-:]|\.\d+/g, '');
