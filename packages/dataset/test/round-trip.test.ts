import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  type DataEntity,
  readRows,
  SOURCE_NAMES,
  sourceId,
  type VerifiedFile,
} from '../src/index.ts';
import { mergeRowRanges, type RowRange } from '../src/manifest/row-ranges.ts';
import { utf8, xEntity } from './support/entities.ts';
import { collect, publish } from './support/published.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

// Many cases a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 60_000 });

const folder = useTemporaryFolder();
const text = fc.string({ unit: 'binary', maxLength: 40 });
const datetime = fc.oneof(
  text,
  fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-30'), noInvalidDate: true })
    .map((date) => date.toISOString().replace('T', ' ').replace('.000Z', '+00:00')),
);
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map(utf8),
  fc
    .record(
      {
        text: fc.oneof(text, fc.jsonValue()),
        title: fc.oneof(text, fc.jsonValue()),
        media: fc.oneof(fc.array(fc.oneof(text, fc.constant(null))), fc.jsonValue()),
        tweet_hashtags: fc.array(text),
        like_count: fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()),
        upvote_ratio: fc.oneof(fc.double(), fc.boolean()),
        is_reply: fc.oneof(fc.boolean(), fc.constant(null)),
        is_nsfw: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((value) => utf8(JSON.stringify(value))),
);
const entitiesOf = (source: number) =>
  fc.array(
    fc.record<DataEntity>({
      uri: text,
      datetime,
      timeBucketId: fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 2 }),
      source: fc.constant(source),
      label: fc.oneof(text, fc.constantFrom(null, 'NULL', '#a')),
      content,
      contentSizeBytes: fc.maxSafeInteger(),
    }),
    { maxLength: 60 },
  );

describe.each(SOURCE_NAMES)('whatever a miner has of %s', (source) => {
  test('comes back equal, byte for byte, but for the masked rows', async () => {
    const inputs = [
      entitiesOf(sourceId(source)),
      fc.integer({ min: 1, max: 25 }),
      fc.uniqueArray(fc.nat(59)),
    ] as const;
    await fc.assert(
      fc.asyncProperty(...inputs, async (entities, rowsPerGroup, hidden) => {
        const published = await publish(folder, entities, { source, rowsPerGroup });
        const inFile = hidden.filter((row) => row < entities.length);
        const masked = mergeRowRanges(inFile.map((row): RowRange => [row, row + 1])) ?? [];
        const read = await collect(await published.open(), { source, masked });
        expect(read).toEqual(entities.filter((_, row) => !inFile.includes(row)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a reader', () => {
  const entities = Array.from({ length: 40 }, (_, index) =>
    xEntity(index, {
      timeBucketId: Math.floor(index / 4),
      label: ['#a', null, 'NULL'][index % 3] ?? null,
    }),
  );

  test('gets only the buckets and labels it asks for', async () => {
    const file = await (await publish(folder, entities, { rowsPerGroup: 7 })).open();
    const options = { source: 'x', bucketStart: 3, bucketEnd: 6, labels: [null, '#a'] } as const;
    expect(await collect(file, options)).toEqual(
      entities.filter(
        ({ timeBucketId, label }) => timeBucketId >= 3 && timeBucketId < 6 && label !== 'NULL',
      ),
    );
  });

  test('does not read the row groups of other buckets, nor those masked whole', async () => {
    const big = (index: number) => ({
      text: Array.from({ length: 4_000 }, (_, word) => (word * 7919 + index) ** 3).join(' '),
    });
    const large = entities.map((entity, index) =>
      xEntity(index, { timeBucketId: entity.timeBucketId, content: big(index) }),
    );
    const { open, file } = await publish(folder, large, { rowsPerGroup: 4 });
    const opened = await open();
    let bytes = 0;
    const counted: VerifiedFile = {
      file,
      byteLength: opened.byteLength,
      slice: async (start: number, end?: number) => {
        const part = await opened.slice(start, end);
        bytes += part.byteLength;
        return part;
      },
    };
    expect(await collect(counted, { source: 'x', bucketStart: 9 })).toHaveLength(4);
    expect(bytes).toBeLessThan(file.size / 4);
    bytes = 0;
    expect(await collect(counted, { source: 'x', masked: [[0, 36]] })).toHaveLength(4);
    expect(bytes).toBeLessThan(file.size / 4);
  });

  test('learns the row numbers, masked rows counted', async () => {
    const file = await (await publish(folder, entities, { rowsPerGroup: 7 })).open();
    const numbers: number[] = [];
    for await (const rows of readRows(file, {
      source: 'x',
      masked: [
        [0, 5],
        [8, 38],
      ],
    }))
      numbers.push(...rows.map(({ row }) => row));
    expect(numbers).toEqual([5, 6, 7, 38, 39]);
  });

  test('stops when it is told to', async () => {
    const file = await (await publish(folder, entities, { rowsPerGroup: 7 })).open();
    const controller = new AbortController();
    const reading = async () => {
      for await (const _ of readRows(file, { source: 'x', signal: controller.signal }))
        controller.abort(new Error('enough'));
    };
    await expect(reading()).rejects.toThrow('enough');
  });
});
