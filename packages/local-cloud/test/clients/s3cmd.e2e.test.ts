import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, type Credentials } from '../support/harness.ts';
import { describeClient } from './support/client-program.ts';
import { type ClientWorld, startClientWorld } from './support/client-world.ts';
import { hashTree, sha256, writeTree } from './support/file-tree.ts';
import { s3cmdConfig } from './support/s3cmd-config.ts';
import { MEBIBYTE, sampleFiles } from './support/sample-files.ts';

/** EX_ACCESSDENIED, EX_NOTFOUND: s3cmd's own exit codes. */
const DENIED = 77;
const NOT_FOUND = 12;

describeClient('s3cmd', (client) => {
  let world: ClientWorld;
  beforeAll(async () => {
    world = await startClientWorld();
    await writeTree(world.home, { '.s3cfg': Buffer.from(s3cmdConfig(world.cloud)) });
  });
  afterAll(() => world.stop());

  const run = (credentials: Credentials, ...args: string[]) =>
    client.run(args, world.environment(credentials));
  const succeed = async (credentials: Credentials, ...args: string[]) => {
    const { code, text, errors } = await run(credentials, ...args);
    expect({ code, errors }, args.join(' ')).toEqual({ code: 0, errors: '' });
    return text;
  };
  const refused = async (credentials: Credentials, ...args: string[]) => {
    const { code, errors } = await run(credentials, ...args);
    return { code, name: /\((\w+)\)/.exec(errors)?.[1] ?? errors };
  };

  it('syncs a tree up and down, byte for byte, and a second time moves nothing', async () => {
    const { uploader, reader, url } = world;
    const files = await writeTree(path.join(world.home, 'tree'), sampleFiles());
    const up = ['sync', '--no-progress', 'tree/', `${url}tree/`];
    const moved = await succeed(uploader, ...up);
    expect(moved.match(/^upload: /gm)).toHaveLength(Object.keys(files).length);
    expect(await succeed(uploader, ...up)).toBe('');

    await succeed(reader, 'sync', '--no-progress', `${url}tree/`, 'back/');
    expect(await hashTree(path.join(world.home, 'back'))).toEqual(files);

    const Key = `${world.prefix}tree/big/twenty.bin`;
    const { ETag } = await world.admin.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
    expect(ETag, 'four parts of 5 MiB').toMatch(/-4"$/);
  });

  it('puts and gets one object, under a key with an empty segment too', async () => {
    const bytes = randomBytes(3 * MEBIBYTE);
    await writeTree(world.home, { one: bytes });
    for (const name of ['one', 'a//b', 'folder/']) {
      await succeed(world.uploader, 'put', '--no-progress', 'one', `${world.url}x/${name}`);
    }
    await succeed(world.reader, 'get', '--no-progress', `${world.url}x/a//b`, 'back-again');
    const back = await hashTree(world.home);
    expect(back['back-again']).toBe(sha256(bytes));
    const listed = await succeed(world.reader, 'ls', '--recursive', `${world.url}x/`);
    for (const name of ['one', 'a//b', 'folder/one']) expect(listed).toContain(`/x/${name}\n`);
  });

  it('copies, moves and removes on the server, and sets metadata', async () => {
    const { keeper, url } = world;
    await world.seed(['move/a'], 'moved');
    await succeed(keeper, 'cp', `${url}move/a`, `${url}move/b`);
    await succeed(keeper, 'mv', `${url}move/b`, `${url}move/c`);
    await succeed(keeper, 'modify', '--add-header=x-amz-meta-note:kept', `${url}move/c`);
    const { Body, Metadata } = await world.admin.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: `${world.prefix}move/c` }),
    );
    expect(await Body?.transformToString()).toBe('moved');
    expect(Metadata).toMatchObject({ note: 'kept' });
    await succeed(keeper, 'del', `${url}move/a`);
    await succeed(keeper, 'del', '--recursive', '--force', `${url}move/`);
    expect(await succeed(keeper, 'ls', '--recursive', `${url}move/`)).toBe('');
    expect(await succeed(keeper, 'multipart', `s3://${BUCKET}`)).not.toContain(world.prefix);
  });

  describe('is refused', () => {
    type Attempt = (w: ClientWorld) => readonly [Credentials, ...string[]];
    const cases: ReadonlyArray<readonly [what: string, number, name: string, Attempt]> = [
      [
        'an upload to another prefix',
        DENIED,
        'AccessDenied',
        (w) => [w.uploader, 'put', 'small', `s3://${BUCKET}/data/x/other/small`],
      ],
      [
        'a multipart upload to it',
        DENIED,
        'AccessDenied',
        (w) => [w.uploader, 'put', 'large', `s3://${BUCKET}/data/x/other/large`],
      ],
      [
        'a removal, even of its own',
        DENIED,
        'AccessDenied',
        (w) => [w.uploader, 'del', `${w.url}there`],
      ],
      [
        'a list of another prefix',
        DENIED,
        'AccessDenied',
        (w) => [w.uploader, 'ls', `s3://${BUCKET}/data/x/other/`],
      ],
      [
        'a bucket that is not there',
        NOT_FOUND,
        'NoSuchBucket',
        (w) => [w.cloud.admin, 'ls', 's3://no-such-bucket-here'],
      ],
      [
        'with a wrong secret',
        DENIED,
        'SignatureDoesNotMatch',
        (w) => [{ ...w.uploader, secretAccessKey: 'wrong' }, 'ls', w.url],
      ],
      ['once its time is over', 11, 'ExpiredToken', (w) => [w.expired, 'ls', w.url]],
    ];
    it.each(cases)('%s', async (_, code, name, attempt) => {
      await writeTree(world.home, { small: Buffer.of(1), large: Buffer.alloc(7 * MEBIBYTE) });
      expect(await refused(...attempt(world))).toEqual({ code, name });
    });
  });
});
