import {
  expectEqualRows,
  hourOf,
  oddRows,
  readTable,
  redditPost,
  xPost,
} from '@data-universe/test-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueryError } from '../src/index.ts';
import { type PublishedMiner, publishedMiner } from './support/published-miner.ts';

let miner: PublishedMiner;
let minerHotkey: PublishedMiner['network']['miner']['signer']['address'];
const REPLACED = xPost(3, 0).uri;
const DELETED = xPost(4, 0).uri;

beforeAll(async () => {
  miner = await publishedMiner();
  minerHotkey = miner.network.miner.signer.address;
  const posts = Array.from({ length: 40 }, (_, n) => xPost(n, n % 4));
  await miner.publish([...posts, ...oddRows(0), redditPost(1, 0)]);
  // A later commit about earlier hours, and one that replaces and deletes: several files, some masked.
  await miner.publish([xPost(100, -5), xPost(101, 9)]);
  await miner.publish([xPost(3, 0, { text: 'a longer text than before' })], [DELETED]);
});
afterAll(() => miner.close());

const read = (query: Partial<Parameters<PublishedMiner['validator']['readMinerData']>[0]> = {}) =>
  miner.validator.readMinerData({ minerHotkey, source: 'x', ...query });
const uris = (entities: readonly { readonly uri: string }[]) => entities.map(({ uri }) => uri);

describe('reading a miner', () => {
  it('gives every row of every file as it stands in the database', async () => {
    expectEqualRows(await read(), readTable(miner.database.path, 'x'));
    expectEqualRows(await read({ source: 'reddit' }), readTable(miner.database.path, 'reddit'));
  });

  it('leaves out rows that were replaced or deleted since', async () => {
    const entities = await read();
    expect(uris(entities)).not.toContain(DELETED);
    const replaced = entities.filter(({ uri }) => uri === REPLACED);
    expect(replaced.map(({ content }) => Buffer.from(content).toString())).toEqual([
      expect.stringContaining('a longer text than before'),
    ]);
  });

  it('begins with the oldest file, whichever commit added it', async () => {
    const [first] = await read({ maxEntities: 1 });
    expect(first?.uri).toBe(xPost(100, -5).uri);
  });

  it('answers the same question the same way twice', async () => {
    expect(await read()).toEqual(await read());
  });

  it('is empty for a source, and for a miner, that has published nothing', async () => {
    expect(await read({ source: 'youtube' })).toEqual([]);
    const unpublished = miner.network.otherMiner.signer.address;
    expect(await read({ minerHotkey: unpublished })).toEqual([]);
  });
});

describe('a date range', () => {
  it('includes its start and excludes its end', async () => {
    const moment = new Date(hourOf(9).getTime() + 101_000);
    const later = new Date(moment.getTime() + 1);
    expect(uris(await read({ dateRange: { start: moment, end: later } }))).toEqual([
      xPost(101, 9).uri,
    ]);
    expect(await read({ dateRange: { start: hourOf(9), end: moment } })).toEqual([]);
    expect(await read({ dateRange: { start: later, end: hourOf(10) } })).toEqual([]);
    expect(await read({ dateRange: { start: moment, end: moment } })).toEqual([]);
  });

  it.each([0, 1, 2, 3])('has exactly the posts of hour %i', async (hour) => {
    const expected = readTable(miner.database.path, 'x').filter(
      ({ timeBucketId }) => timeBucketId * 3_600_000 === hourOf(hour).getTime(),
    );
    const found = await read({ dateRange: { start: hourOf(hour), end: hourOf(hour + 1) } });
    expectEqualRows(found, expected);
  });

  it('counts a row whose time cannot be read at the start of its time bucket', async () => {
    const atStart = { start: hourOf(0), end: new Date(hourOf(0).getTime() + 1) };
    expect(uris(await read({ dateRange: atStart }))).toContain('https://x.com/odd/status/no-time');
  });

  it('may be as wide as a Date goes', async () => {
    const all = { start: new Date(-8.64e15), end: new Date(8.64e15) };
    expect(await read({ dateRange: all })).toHaveLength(readTable(miner.database.path, 'x').length);
  });
});

describe('labels', () => {
  it.each([
    ['one label', ['#label1']],
    ['the text NULL', ['NULL']],
    ['no label', [null]],
    ['a label or none', ['#label2', null]],
    ['a label nobody uses', ['#nobody']],
    ['no label at all asked for', []],
  ])('%s: exactly those rows', async (_name, labels: (string | null)[]) => {
    const expected = readTable(miner.database.path, 'x').filter(({ label }) =>
      labels.includes(label),
    );
    expectEqualRows(await read({ labels }), expected);
  });

  it('and a date range narrow each other', async () => {
    const dateRange = { start: hourOf(1), end: hourOf(2) };
    const found = await read({ labels: [null], dateRange });
    const expected = readTable(miner.database.path, 'x').filter(
      ({ label, timeBucketId }) =>
        label === null && timeBucketId * 3_600_000 === hourOf(1).getTime(),
    );
    expect(found.length).toBeGreaterThan(0);
    expectEqualRows(found, expected);
  });
});

describe('maxEntities', () => {
  it.each([0, 1, 2, 17, 1_000])('of %i gives the first ones of the whole answer', async (max) => {
    expect(uris(await read({ maxEntities: max }))).toEqual(uris(await read()).slice(0, max));
  });

  it('counts what the other conditions leave', async () => {
    const all = uris(await read({ labels: [null] }));
    expect(uris(await read({ labels: [null], maxEntities: 3 }))).toEqual(all.slice(0, 3));
  });
});

describe('a query that makes no sense', () => {
  it.each([
    ['a negative number of entities', { maxEntities: -1 }],
    ['a fraction of an entity', { maxEntities: 1.5 }],
    ['no number of entities', { maxEntities: Number.NaN }],
    ['a range that ends before it starts', { dateRange: { start: hourOf(2), end: hourOf(1) } }],
    ['an invalid date', { dateRange: { start: new Date('?'), end: hourOf(1) } }],
  ])('is refused for %s', async (_name, query) => {
    await expect(read(query)).rejects.toThrow(QueryError);
  });
});

describe('an abort', () => {
  it('before the first byte asks nobody', async () => {
    const asked = miner.network.auditLog().length;
    const validator = miner.validatorOf(miner.network.validator);
    const query = { minerHotkey, source: 'x', signal: AbortSignal.abort() } as const;
    await expect(validator.readMinerData(query)).rejects.toMatchObject({ code: 'Aborted' });
    expect(miner.network.auditLog()).toHaveLength(asked);
  });

  it('between two batches ends the reading', async () => {
    const controller = new AbortController();
    const reading = async () => {
      for await (const _ of miner.validator.streamMinerData({
        minerHotkey,
        source: 'x',
        signal: controller.signal,
      }))
        controller.abort();
    };
    await expect(reading()).rejects.toSatisfy(
      (error) => error instanceof Error && (error.name === 'AbortError' || 'code' in error),
    );
  });
});
