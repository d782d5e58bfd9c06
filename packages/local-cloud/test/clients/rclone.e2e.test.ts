import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, type Credentials } from '../support/harness.ts';
import { describeClient } from './support/client-program.ts';
import { type ClientWorld, startClientWorld } from './support/client-world.ts';
import { hashTree, sha256, type TreeHashes, writeTree } from './support/file-tree.ts';
import { rcloneConfig } from './support/rclone-config.ts';
import { MEBIBYTE, sampleFiles } from './support/sample-files.ts';

/** No second attempt at what was refused; and two keys stay two whose names only look the same. */
const ONCE = ['--retries', '1', '--low-level-retries', '1', '--no-unicode-normalization'];
const PARTS = ['--s3-upload-cutoff', '6M', '--s3-chunk-size', '5M'];

describeClient('rclone', (client) => {
  let world: ClientWorld;
  let remote: string;
  const samples: Record<string, Uint8Array> = {
    ...sampleFiles(),
    // XML cannot hold it; rclone sends it as a letter that looks like it.
    'odd/bell\u0007and\nfeed': randomBytes(64),
  };
  let files: TreeHashes;
  beforeAll(async () => {
    world = await startClientWorld();
    remote = `cloud:${BUCKET}/${world.prefix}`;
    await writeTree(world.home, {
      '.config/rclone/rclone.conf': Buffer.from(rcloneConfig(world.cloud)),
    });
    files = await writeTree(path.join(world.home, 'tree'), samples);
  });
  afterAll(() => world.stop());

  const run = (credentials: Credentials, args: readonly string[], input?: Uint8Array) =>
    client.run([...ONCE, ...args], world.environment(credentials), input);
  const succeed = async (credentials: Credentials, ...args: string[]) => {
    const { code, text, errors } = await run(credentials, args);
    expect({ code, errors }, args.join(' ')).toMatchObject({ code: 0 });
    return text;
  };
  const etagOf = async (name: string) => {
    const Key = `${world.prefix}${name}`;
    return (await world.admin.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))).ETag;
  };

  it('copies a tree up and down, and finds no difference by hash or by download', async () => {
    const { keeper, reader } = world;
    await succeed(keeper, 'copy', 'tree', `${remote}tree`);
    await succeed(reader, 'check', 'tree', `${remote}tree`);
    await succeed(reader, 'check', '--download', 'tree', `${remote}tree`);
    await succeed(reader, 'copy', `${remote}tree`, 'back');
    expect(await hashTree(path.join(world.home, 'back'))).toEqual(files);
    expect(await etagOf('tree/big/twenty.bin'), 'one piece').toMatch(/^"[0-9a-f]{32}"$/);

    const sums = await succeed(reader, 'hashsum', 'MD5', `${remote}tree`);
    for (const name of ['empty.bin', 'small.bin', 'big/twenty.bin']) {
      const md5 = createHash('md5')
        .update(samples[name] ?? '')
        .digest('hex');
      expect(sums).toContain(`${md5}  ${name}\n`);
    }
  });

  it('uploads in parts, whose whole a download finds equal', async () => {
    await succeed(world.keeper, 'copy', 'tree/big', `${remote}parts`, ...PARTS);
    expect(await etagOf('parts/twenty.bin'), 'four parts of 5 MiB').toMatch(/-4"$/);
    await succeed(world.reader, 'check', '--download', 'tree/big', `${remote}parts`);
    await succeed(world.reader, 'check', 'tree/big', `${remote}parts`);
  });

  it('streams from standard input, whose length nobody knows, and to standard output', async () => {
    for (const [name, size] of [
      ['streamed', 11 * MEBIBYTE],
      ['streamed little', 10],
    ] as const) {
      const bytes = randomBytes(size);
      const put = await run(world.keeper, ['rcat', `${remote}${name}`, ...PARTS], bytes);
      expect(put).toMatchObject({ code: 0 });
      const { output } = await run(world.reader, ['cat', `${remote}${name}`]);
      expect(sha256(output)).toBe(sha256(bytes));
    }
    const { output } = await run(world.reader, [
      ...['cat', '--offset', '2', '--count', '3', `${remote}streamed little`],
    ]);
    expect(output).toHaveLength(3);
  });

  it('copies, moves and purges on the server, in parts where the object is large', async () => {
    const { keeper } = world;
    await writeTree(path.join(world.home, 'move'), {
      'deep/a': randomBytes(11 * MEBIBYTE),
      b: Buffer.of(1),
    });
    await succeed(keeper, 'copy', 'move', `${remote}move`);
    await succeed(keeper, 'copyto', `${remote}move/b`, `${remote}move/c`);
    const large = ['--s3-copy-cutoff', '5M', '--s3-chunk-size', '5M'];
    await succeed(keeper, 'moveto', `${remote}move/deep/a`, `${remote}move/a`, ...large);
    expect(await etagOf('move/a')).toMatch(/-3"$/);
    await succeed(keeper, 'check', '--download', 'move/deep', `${remote}move`, '--one-way');
    expect((await succeed(keeper, 'lsf', '-R', `${remote}move`)).split('\n').sort()).toEqual([
      '',
      'a',
      'b',
      'c',
    ]);
    await succeed(keeper, 'deletefile', `${remote}move/c`);
    await succeed(keeper, 'purge', `${remote}move`);
    const Prefix = `${world.prefix}move/`;
    const left = await world.admin.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
    expect(left.KeyCount).toBe(0);
  });

  it('takes keys and token from its own configuration too, and links for others', async () => {
    await world.seed(['linked'], 'for others');
    const { accessKeyId, secretAccessKey, sessionToken = '' } = world.reader;
    const keys = [
      ...['--s3-env-auth=false', '--s3-access-key-id', accessKeyId],
      ...['--s3-secret-access-key', secretAccessKey, '--s3-session-token', sessionToken],
    ];
    const { text } = await client.run([...keys, 'link', `${remote}linked`], { HOME: world.home });
    expect(await (await fetch(text.trim())).text()).toBe('for others');
  });

  it('copies 1,005 files and lists them by both versions of the listing', async () => {
    const names = Array.from({ length: 1005 }, (_, i) => `${i}`);
    await writeTree(
      path.join(world.home, 'many'),
      Object.fromEntries(names.map((n) => [n, Buffer.from(n)])),
    );
    await succeed(world.keeper, 'copy', 'many', `${remote}many`, '--transfers', '16');
    for (const version of ['1', '2']) {
      for (const encoding of ['true', 'false']) {
        const how = ['--s3-list-version', version, '--s3-list-url-encode', encoding];
        const listed = await succeed(world.reader, 'lsf', `${remote}many`, ...how);
        expect(new Set(listed.match(/.+/g))).toEqual(new Set(names));
      }
    }
  });

  describe('is refused', () => {
    type Attempt = (w: ClientWorld) => readonly [Credentials, ...string[]];
    const elsewhere = `cloud:${BUCKET}/data/x/other`;
    const cases: ReadonlyArray<readonly [what: string, code: string, Attempt]> = [
      // This version sends x-amz-acl with each write, for which AWS wants s3:PutObjectAcl.
      [
        'a write without the right to ACLs',
        'AccessDenied',
        (w) => [w.uploader, 'copy', 'tree/odd', `${remote}denied`],
      ],
      [
        'an upload to another prefix',
        'Forbidden',
        (w) => [w.keeper, 'copyto', 'tree/small.bin', `${elsewhere}/x`],
      ],
      [
        'a multipart upload to it',
        'AccessDenied',
        (w) => [w.keeper, 'copy', 'tree/big', elsewhere, ...PARTS],
      ],
      ['a list of another prefix', 'AccessDenied', (w) => [w.reader, 'lsf', elsewhere]],
      ['a list of all buckets', 'AccessDenied', (w) => [w.keeper, 'lsd', 'cloud:']],
      [
        'with a wrong secret',
        'SignatureDoesNotMatch',
        (w) => [{ ...w.reader, secretAccessKey: 'wrong' }, 'lsf', remote],
      ],
      ['once its time is over', 'ExpiredToken', (w) => [w.expired, 'lsf', remote]],
    ];
    it.each(cases)('%s', async (_, name, attempt) => {
      const [credentials, ...args] = attempt(world);
      const { code, errors } = await run(credentials, args);
      expect(code).not.toBe(0);
      expect(errors).toMatch(new RegExp(`\\b${name}: `));
    });

    it('a bucket that is not there, with its own exit code for it', async () => {
      const { code, errors } = await run(world.cloud.admin, ['lsf', 'cloud:no-such-bucket-here']);
      expect({ code, errors }).toMatchObject({
        code: 3,
        errors: expect.stringMatching(/directory not found/),
      });
    });
  });
});
