import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, type Credentials } from '../support/harness.ts';
import { type AwsCli, startAwsCli } from './support/aws-cli.ts';
import { describeClient } from './support/client-program.ts';
import { type ClientWorld, startClientWorld } from './support/client-world.ts';
import { writeTree } from './support/file-tree.ts';
import { MEBIBYTE } from './support/sample-files.ts';

const FOREIGN = 'data/x/5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty/';

type Attempt = (world: ClientWorld) => readonly [Credentials, ...string[]];

describeClient('aws', (client) => {
  let world: ClientWorld;
  let cli: AwsCli;
  beforeAll(async () => {
    world = await startClientWorld();
    cli = await startAwsCli(client, world);
    await writeTree(world.home, { small: Buffer.from('x'), large: Buffer.alloc(7 * MEBIBYTE) });
    await world.seed(['there'], 'x');
  });
  afterAll(() => world.stop());

  describe('is denied, with exit code and AccessDenied,', () => {
    const foreign = `s3://${BUCKET}/${FOREIGN}`;
    const denials: ReadonlyArray<readonly [what: string, code: 1 | 'service error', Attempt]> = [
      ['an upload to another prefix', 1, (w) => [w.uploader, 's3', 'cp', 'small', foreign]],
      ['a multipart upload to it', 1, (w) => [w.uploader, 's3', 'cp', 'large', foreign]],
      ['a removal, even of its own', 1, (w) => [w.uploader, 's3', 'rm', `${w.url}there`]],
      ['a list of another prefix', 'service error', (w) => [w.uploader, 's3', 'ls', foreign]],
      [
        'a list of the whole bucket',
        'service error',
        (w) => [w.uploader, 's3', 'ls', `s3://${BUCKET}`],
      ],
      [
        'all but a role, with the service keys',
        'service error',
        (w) => [w.cloud.service, 's3', 'ls'],
      ],
      [
        'another role',
        'service error',
        (w) => {
          const name = ['--role-session-name', 'session'];
          return [w.uploader, 'sts', 'assume-role', '--role-arn', w.cloud.roles.read, ...name];
        },
      ],
    ];
    it.each(denials)('%s', async (_, code, attempt) => {
      expect(await cli.refused(...attempt(world))).toEqual({
        code: code === 1 ? 1 : cli.serviceError,
        name: 'AccessDenied',
      });
      const there = { Bucket: BUCKET, Key: `${world.prefix}there` };
      await world.admin.send(new HeadObjectCommand(there));
      const list = new ListObjectsV2Command({ Bucket: BUCKET, Prefix: FOREIGN });
      expect(await world.admin.send(list)).toMatchObject({ KeyCount: 0 });
    });
  });

  describe('is told by AWS its own code', () => {
    const get = (key: string, ...more: string[]) =>
      ['s3api', 'get-object', '--bucket', BUCKET, '--key', key, 'got', ...more] as const;
    const errors: ReadonlyArray<readonly [code: string, Attempt]> = [
      ['NoSuchKey', (w) => [w.cloud.admin, ...get('absent')]],
      ['NoSuchBucket', (w) => [w.cloud.admin, 's3', 'ls', 's3://no-such-bucket-here']],
      [
        'InvalidAccessKeyId',
        (w) => [{ ...w.cloud.admin, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }, ...get('x')],
      ],
      [
        'SignatureDoesNotMatch',
        (w) => [{ ...w.uploader, secretAccessKey: 'wrong' }, ...get(`${w.prefix}there`)],
      ],
      ['ExpiredToken', (w) => [w.expired, ...get(`${w.prefix}there`)]],
      [
        'PreconditionFailed',
        (w) => [w.reader, ...get(`${w.prefix}there`, '--if-match', '"another"')],
      ],
    ];
    it.each(errors)('%s', async (name, attempt) => {
      expect(await cli.refused(...attempt(world))).toEqual({ code: cli.serviceError, name });
    });
  });
});
