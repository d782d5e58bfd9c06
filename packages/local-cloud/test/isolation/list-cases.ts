import {
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { answerOf } from './answer.ts';
import { type Cast, contained, type IsolationCase, refused } from './case.ts';
import type { World } from './world.ts';

interface Listing {
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
}

/** Listings that the miner's credentials don't open. */
const LISTINGS: ReadonlyArray<readonly [name: string, listing: (world: World) => Listing]> = [
  ['without a prefix', () => ({})],
  ['with an empty prefix', () => ({ Prefix: '' })],
  ['of one key without a prefix', () => ({ MaxKeys: 1 })],
  ['of the folders at the top', () => ({ Delimiter: '/' })],
  ['of the folders below an empty prefix', () => ({ Prefix: '', Delimiter: '/' })],
  ['of the sources', () => ({ Prefix: 'data/', Delimiter: '/' })],
  ['of the miners', () => ({ Prefix: 'data/x/', Delimiter: '/' })],
  ['of everything of a source', () => ({ Prefix: 'data/x/' })],
  ['of half of the prefix', ({ hotkey }) => ({ Prefix: `data/x/${hotkey.slice(0, 20)}` })],
  ['of the prefix without its slash', ({ hotkey }) => ({ Prefix: `data/x/${hotkey}` })],
  ['by a delimiter within the prefix', (w) => ({ Prefix: 'data/x/', Delimiter: w.hotkey })],
  ["of another miner's prefix", ({ other }) => ({ Prefix: other })],
  ['of an address that continues it', ({ hotkey }) => ({ Prefix: `data/x/${hotkey}zz/` })],
  ['of another source', ({ hotkey }) => ({ Prefix: `data/reddit/${hotkey}/` })],
  ['of a prefix after a slash', ({ own }) => ({ Prefix: `/${own}` })],
  ['of a prefix with a wildcard', () => ({ Prefix: 'data/x/*' })],
  ['of a prefix in another case', ({ own }) => ({ Prefix: own.toUpperCase() })],
];

const listingCases = LISTINGS.flatMap(([name, listingOf]): IsolationCase[] => [
  refused(`a listing ${name}`, ({ miner, world }) =>
    answerOf(
      miner.send(new ListObjectsV2Command({ Bucket: world.server.bucket, ...listingOf(world) })),
    ),
  ),
  refused(`an older listing ${name}`, ({ miner, world }) =>
    answerOf(
      miner.send(new ListObjectsCommand({ Bucket: world.server.bucket, ...listingOf(world) })),
    ),
  ),
]);

const readerListings = LISTINGS.filter(([name]) => name !== 'of another source').map(
  ([name, listingOf]) =>
    refused(`a validator's listing ${name}`, ({ reader, world }) =>
      answerOf(
        reader.send(new ListObjectsV2Command({ Bucket: world.server.bucket, ...listingOf(world) })),
      ),
    ),
);

/** A listing with one more query parameter of a name that it has already. */
async function listTwice(client: S3Client, bucket: string, prefixes: string[]) {
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefixes[0] });
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { query: Record<string, string | string[]> };
      request.query = { ...request.query, prefix: prefixes };
      return next(args);
    },
    { step: 'build' },
  );
  return client.send(command);
}

function expectOwnKeys(
  { world }: Cast,
  { Contents = [], CommonPrefixes = [] }: Awaited<ReturnType<typeof listTwice>>,
): void {
  const names = [...Contents.map((item) => item.Key), ...CommonPrefixes.map((p) => p.Prefix)];
  // A listing in URL encoding escapes a slash, or does not.
  for (const name of names)
    expect(decodeURIComponent(name ?? '').startsWith(world.own), name).toBe(true);
}

export const listCases: readonly IsolationCase[] = [
  ...listingCases,
  ...readerListings,
  refused('a listing of another bucket', ({ miner, world }) =>
    answerOf(
      miner.send(new ListObjectsV2Command({ Bucket: world.server.otherBucket, Prefix: world.own })),
    ),
  ),
  refused('a listing of versions within the prefix', ({ miner, world }) =>
    answerOf(
      miner.send(new ListObjectVersionsCommand({ Bucket: world.server.bucket, Prefix: world.own })),
    ),
  ),
  refused('a listing of versions without a prefix', ({ miner, world }) =>
    answerOf(miner.send(new ListObjectVersionsCommand({ Bucket: world.server.bucket }))),
  ),
  refused('a listing of open uploads', ({ miner, world }) =>
    answerOf(miner.send(new ListMultipartUploadsCommand({ Bucket: world.server.bucket }))),
  ),
  refused("a listing of another miner's open uploads", ({ miner, world }) =>
    answerOf(
      miner.send(
        new ListMultipartUploadsCommand({ Bucket: world.server.bucket, Prefix: world.other }),
      ),
    ),
  ),
  contained('a listing in each shape within the prefix holds keys of the prefix', async (cast) => {
    const { miner, world } = cast;
    const Bucket = world.server.bucket;
    for (const Prefix of [world.own, `${world.own}k`, world.scratch])
      for (const shape of [
        {},
        { Delimiter: '/' },
        { MaxKeys: 1 },
        { EncodingType: 'url' },
      ] as const) {
        const newer = await miner.send(new ListObjectsV2Command({ Bucket, Prefix, ...shape }));
        expectOwnKeys(cast, newer);
        const older = await miner.send(new ListObjectsCommand({ Bucket, Prefix, ...shape }));
        expectOwnKeys(cast, older);
      }
  }),
  contained('a listing that starts at a foreign key stays within the prefix', async (cast) => {
    const { miner, world } = cast;
    const listing = { Bucket: world.server.bucket, Prefix: world.own };
    for (const start of ['', 'data/', world.foreign, 'zzz']) {
      const command = new ListObjectsV2Command({ ...listing, StartAfter: start });
      expectOwnKeys(cast, await miner.send(command));
      expectOwnKeys(cast, await miner.send(new ListObjectsCommand({ ...listing, Marker: start })));
    }
  }),
  contained("the token of another one's listing opens nothing", async (cast) => {
    const { miner, admin, world } = cast;
    const Bucket = world.server.bucket;
    const page = await admin.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    const ContinuationToken = page.NextContinuationToken;
    expect(ContinuationToken).toBeDefined();
    const stolen = new ListObjectsV2Command({ Bucket, Prefix: world.own, ContinuationToken });
    expectOwnKeys(cast, await miner.send(stolen));
    const bare = new ListObjectsV2Command({ Bucket, ContinuationToken });
    expect((await answerOf(miner.send(bare))).status).toBe(403);
  }),
  contained('a prefix given twice is refused or held to the prefix', async (cast) => {
    const { miner, world } = cast;
    for (const prefixes of [
      [world.own, world.other],
      [world.other, world.own],
      [world.own, ''],
    ]) {
      const work = listTwice(miner, world.server.bucket, prefixes);
      const { status } = await answerOf(work);
      if (status === 200) expectOwnKeys(cast, await work);
      else expect([400, 403]).toContain(status);
    }
  }),
];
