import path from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET, type Credentials } from '../support/harness.ts';
import { describeClient } from './support/client-program.ts';
import { type ClientWorld, startClientWorld } from './support/client-world.ts';
import { hashTree, type TreeHashes, writeTree } from './support/file-tree.ts';
import { sampleFiles } from './support/sample-files.ts';

describeClient('restic', (client) => {
  let world: ClientWorld;
  let files: TreeHashes;
  beforeAll(async () => {
    world = await startClientWorld();
    files = await writeTree(path.join(world.home, 'tree'), sampleFiles());
  });
  afterAll(() => world.stop());

  const run = (credentials: Credentials, folder: string, ...args: string[]) =>
    client.run(['-r', `s3:${world.cloud.endpoint}/${BUCKET}/${folder}`, '--no-cache', ...args], {
      ...world.environment(credentials),
      RESTIC_PASSWORD: 'secret',
    });
  const succeed = async (...args: string[]) => {
    const { code, text, errors } = await run(world.keeper, `${world.prefix}restic`, ...args);
    expect({ code, errors }, args.join(' ')).toEqual({ code: 0, errors: '' });
    return text;
  };
  const kept = async (folder: string) => {
    const Prefix = `${world.prefix}${folder}`;
    const { Contents } = await world.admin.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix }),
    );
    return (Contents ?? []).map(({ Key = '' }) => Key.slice(world.prefix.length));
  };

  it('makes a repository, backs up, checks every byte, restores, and forgets', async () => {
    await succeed('init');
    await succeed('backup', 'tree');
    await writeTree(path.join(world.home, 'tree'), { later: Buffer.from('changed') });
    await succeed('backup', 'tree');
    expect(await succeed('check', '--read-data')).toContain('no errors were found');
    await succeed('restore', 'latest', '--target', 'restored');
    const restored = path.join(world.home, 'restored', 'tree');
    expect(await hashTree(restored)).toMatchObject(files);

    const before = await kept('restic/snapshots/');
    expect(before).toHaveLength(2);
    await succeed('forget', '--keep-last', '1', '--prune');
    expect(await kept('restic/snapshots/')).toHaveLength(1);
    expect(await kept('restic/locks/'), 'each lock was removed').toEqual([]);
  });

  it('fails cleanly with the credentials of an uploader, who may not look at the whole bucket', async () => {
    const { code, errors } = await run(world.uploader, `${world.prefix}refused`, 'init');
    expect(code).toBe(1);
    expect(errors).toContain('client.BucketExists: Access Denied');
    expect(await kept('refused/')).toEqual([]);
  });

  it('fails cleanly under another prefix, and with a wrong secret', async () => {
    const attempts: ReadonlyArray<readonly [Credentials, string]> = [
      [world.keeper, 'data/x/other/restic'],
      [{ ...world.keeper, secretAccessKey: 'wrong' }, `${world.prefix}restic`],
    ];
    for (const [credentials, folder] of attempts) {
      const { code, errors } = await run(credentials, folder, 'init');
      expect({ code, errors }).toMatchObject({
        code: 1,
        errors: expect.stringMatching(/^Fatal: create/),
      });
    }
  });
});
