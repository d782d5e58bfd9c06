import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAwsCli } from './support/aws-cli.ts';
import { describeClient } from './support/client-program.ts';
import { type ClientWorld, startClientWorld } from './support/client-world.ts';
import { writeTree } from './support/file-tree.ts';
import { s3cmdConfig } from './support/s3cmd-config.ts';

/** Five more than one page of a listing holds. */
const NAMES = Array.from({ length: 1005 }, (_, index) => `page ${index}`);

let world: ClientWorld;
beforeAll(async () => {
  world = await startClientWorld();
  await world.seed(NAMES.map((name) => `many/${name}`));
});
afterAll(() => world.stop());

const namesIn = (listing: string) => new Set(listing.match(/page \d+$/gm));

describeClient('aws', (client) => {
  it('lists 1,005 objects, in pages of its own choice too', async () => {
    const cli = await startAwsCli(client, world);
    for (const page of [[], ['--page-size', '400']]) {
      const listed = await cli.succeed(world.reader, 's3', 'ls', `${world.url}many/`, ...page);
      expect(namesIn(listed)).toEqual(new Set(NAMES));
    }
  });
});

describeClient('s3cmd', (client) => {
  it('lists 1,005 objects', async () => {
    await writeTree(world.home, { '.s3cfg': Buffer.from(s3cmdConfig(world.cloud)) });
    const ls = ['ls', `${world.url}many/`];
    const { text } = await client.run(ls, world.environment(world.reader));
    expect(namesIn(text)).toEqual(new Set(NAMES));
  });
});
