import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET } from '../support/harness.ts';
import { type AwsCli, startAwsCli } from './support/aws-cli.ts';
import { describeClient } from './support/client-program.ts';
import { type ClientWorld, startClientWorld } from './support/client-world.ts';
import { hashTree, sha256, writeTree } from './support/file-tree.ts';
import { MEBIBYTE, sampleFiles } from './support/sample-files.ts';

describeClient('aws', (client) => {
  let world: ClientWorld;
  let cli: AwsCli;
  beforeAll(async () => {
    world = await startClientWorld();
    cli = await startAwsCli(client, world);
  });
  afterAll(() => world.stop());

  describe('s3', () => {
    it('syncs a tree up and down, byte for byte, and a second time moves nothing', async () => {
      const { uploader, reader, url } = world;
      const files = await writeTree(path.join(world.home, 'tree'), sampleFiles());
      const up = ['s3', 'sync', 'tree', `${url}tree`, '--no-progress'];
      const moved = await cli.succeed(uploader, ...up);
      expect(moved.match(/^upload: /gm)).toHaveLength(Object.keys(files).length);
      expect(await cli.succeed(uploader, ...up)).toBe('');

      await cli.succeed(reader, 's3', 'sync', `${url}tree`, 'back', '--no-progress');
      expect(await hashTree(path.join(world.home, 'back'))).toEqual(files);

      const Key = `${world.prefix}tree/big/twenty.bin`;
      const { ETag } = await world.admin.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
      expect(ETag, 'four parts of 5 MiB').toMatch(/-4"$/);
    });

    it('copies from standard input and to standard output, and lists a nameless folder', async () => {
      const bytes = randomBytes(7 * MEBIBYTE);
      const url = `${world.url}a//b/from standard input`;
      const put = await cli.run(world.uploader, ['s3', 'cp', '-', url], bytes);
      expect(put).toMatchObject({ code: 0, errors: '' });
      const { output } = await cli.run(world.reader, ['s3', 'cp', url, '-']);
      expect(sha256(output)).toBe(sha256(bytes));
      const listed = await cli.succeed(world.reader, 's3', 'ls', `${world.url}a/`);
      expect(listed).toMatch(/^ +PRE \/$/m);
    });

    it('moves a multipart object, and removes by pages', async () => {
      const { keeper, url } = world;
      await writeTree(world.home, { 'move.bin': randomBytes(11 * MEBIBYTE) });
      await cli.succeed(keeper, 's3', 'cp', 'move.bin', `${url}move/a`, '--no-progress');
      await cli.succeed(keeper, 's3', 'mv', `${url}move/a`, `${url}move/b`, '--no-progress');
      await world.seed(Array.from({ length: 7 }, (_, i) => `move/${i}`));
      const remove = ['s3', 'rm', '--recursive', '--page-size', '3', `${url}move/`];
      const removed = await cli.succeed(keeper, ...remove);
      expect(removed.match(/^delete: .*\/move\/[0-6b]$/gm)).toHaveLength(8);
    });

    it('presigns a URL that opens one object', async () => {
      await world.seed(['presigned +.txt'], 'seen');
      const object = `${world.url}presigned +.txt`;
      const url = (await cli.succeed(world.reader, 's3', 'presign', object)).trim();
      expect(await (await fetch(url)).text()).toBe('seen');
      expect((await fetch(url.replace('presigned', 'other'))).status).toBe(403);
    });
  });

  describe('s3api', () => {
    it('puts with checksums that the store verifies, keeps and gives back', async () => {
      const bytes = Buffer.from('123456789');
      await writeTree(world.home, { 'sum.bin': bytes });
      const key = ['--key', `${world.prefix}sum.bin`];
      const put = (algorithm: string) => {
        const body = ['--body', 'sum.bin', '--checksum-algorithm', algorithm];
        return cli.api(world.uploader, 'put-object', ...key, ...body);
      };
      expect(await put('CRC32')).toMatchObject({ ChecksumCRC32: 'y/Q5Jg==' });
      const ChecksumSHA256 = Buffer.from(sha256(bytes), 'hex').toString('base64');
      expect(await put('SHA256')).toMatchObject({ ChecksumSHA256 });
      const mode = ['--checksum-mode', 'ENABLED'];
      const head = await cli.api(world.reader, 'head-object', ...key, ...mode);
      expect(head).toMatchObject({ ContentLength: 9, ChecksumSHA256 });
    });

    it('gets ranges', async () => {
      await world.seed(['ranged'], '0123456789');
      const get = async (range: string, file: string) => {
        const args = ['--key', `${world.prefix}ranged`, '--range', range, file];
        const { ContentRange } = await cli.api(world.reader, 'get-object', ...args);
        return [ContentRange, await readFile(path.join(world.home, file), 'utf8')];
      };
      expect(await get('bytes=2-4', 'middle')).toEqual(['bytes 2-4/10', '234']);
      expect(await get('bytes=-2', 'end')).toEqual(['bytes 8-9/10', '89']);
    });

    it('lists with a delimiter, page by page, names that XML cannot hold among them', async () => {
      const inside = (name: string) => `${world.prefix}paged/${name}`;
      const names = ['a/1', 'a/2', 'b/1', 'folder/', 'line\nfeed', 'bell\u0007', 'z'];
      await world.seed(names.map((name) => `paged/${name}`));
      const args = ['--prefix', inside(''), '--delimiter', '/', '--page-size', '2'];
      expect(await cli.api(world.reader, 'list-objects-v2', ...args)).toMatchObject({
        Contents: ['bell\u0007', 'line\nfeed', 'z'].map((name) => ({ Key: inside(name) })),
        CommonPrefixes: ['a/', 'b/', 'folder/'].map((name) => ({ Prefix: inside(name) })),
      });
    });

    it('uploads in parts by hand: begins, lists, completes, aborts', async () => {
      const { uploader } = world;
      const Key = `${world.prefix}by-hand`;
      const begin = async () => {
        const { UploadId } = await cli.api(uploader, 'create-multipart-upload', '--key', Key);
        return ['--key', Key, '--upload-id', String(UploadId)];
      };
      const bytes = randomBytes(100);
      await writeTree(world.home, { part: bytes });
      const upload = await begin();
      const part = ['--part-number', '7', '--body', 'part'];
      const { ETag } = await cli.api(uploader, 'upload-part', ...upload, ...part);
      const Parts = [{ PartNumber: 7, ETag }];
      expect(await cli.api(uploader, 'list-parts', ...upload)).toMatchObject({ Parts });
      const chosen = ['--multipart-upload', JSON.stringify({ Parts })];
      await cli.api(uploader, 'complete-multipart-upload', ...upload, ...chosen);
      const { Body } = await world.admin.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      const back = (await Body?.transformToByteArray()) ?? new Uint8Array();
      expect(sha256(back)).toBe(sha256(bytes));

      await cli.api(uploader, 'abort-multipart-upload', ...(await begin()));
      const list = new ListMultipartUploadsCommand({ Bucket: BUCKET });
      expect((await world.admin.send(list)).Uploads ?? []).toEqual([]);
    });

    it('creates only what is not there, in a version that knows --if-none-match', async ({
      skip,
    }) => {
      await writeTree(world.home, { once: Buffer.from('once') });
      const key = ['--bucket', BUCKET, '--key', `${world.prefix}once`];
      const put = ['s3api', 'put-object', ...key, '--body', 'once', '--if-none-match', '*'];
      const first = await cli.run(world.uploader, put);
      skip(
        first.errors.includes('Unknown options: --if-none-match'),
        `aws ${client.version} does not know --if-none-match`,
      );
      expect(first.code).toBe(0);
      expect(await cli.refused(world.uploader, ...put)).toMatchObject({
        name: 'PreconditionFailed',
      });
    });
  });

  it('assumes a role with the service keys, and says who it is', async () => {
    const { cloud } = world;
    const identify = ['sts', 'get-caller-identity', '--output', 'text', '--query', 'Arn'];
    expect(await cli.succeed(cloud.service, ...identify)).toMatch(/:user\/service\n$/);
    const assume = ['sts', 'assume-role', '--role-arn', cloud.roles.read, '--output', 'text'];
    const session = ['--role-session-name', 'by-hand', '--duration-seconds', '900'];
    const fields = '[AccessKeyId,SecretAccessKey,SessionToken]';
    const query = ['--query', `Credentials.${fields}`];
    const answer = await cli.succeed(cloud.service, ...assume, ...session, ...query);
    const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = answer.trim().split('\t');
    const issued = { accessKeyId, secretAccessKey, sessionToken };
    const arn = /:assumed-role\/DataUniverseReadRole\/by-hand\n$/;
    expect(await cli.succeed(issued, ...identify)).toMatch(arn);
  });
});
