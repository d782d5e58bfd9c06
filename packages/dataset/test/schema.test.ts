import { readFile } from 'node:fs/promises';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { rawColumns, SOURCE_NAMES } from '../src/index.ts';
import { parquetSchemaOf, schemaText } from '../src/schema/parquet-schema.ts';
import { compressors } from './support/compressors.ts';
import { xEntity } from './support/entities.ts';
import { writeFileOf } from './support/published.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();
const OURS = [
  'uri',
  'datetime_text',
  'time_bucket_id',
  'content_size_bytes',
  'content',
  'content_form',
];
const X =
  'datetime label username text url timestamp tweet_hashtags media user_id user_display_name user_verified tweet_id is_reply is_quote conversation_id in_reply_to_user_id language in_reply_to_username quoted_tweet_id like_count retweet_count reply_count quote_count view_count bookmark_count user_blue_verified user_description user_location profile_image_url cover_picture_url user_followers_count user_following_count scraped_at';
const REDDIT =
  'datetime label id username communityName body title createdAt dataType parentId url media is_nsfw score upvote_ratio num_comments scrapedAt';

describe('the raw columns', () => {
  test.each([
    ['x', X, 33],
    ['reddit', REDDIT, 17],
  ] as const)('of %s begin with the production columns', (source, names, count) => {
    const columns = rawColumns(source).map(({ name }) => name);
    expect(columns).toEqual([...names.split(' '), ...OURS]);
    expect(columns.length - OURS.length).toBe(count);
  });

  test.each(SOURCE_NAMES)('of %s have a name of their own each', (source) => {
    const names = rawColumns(source).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

async function fileOf(name: string, entities: Parameters<typeof writeFileOf>[1]) {
  const options = { source: 'x', profile: 'raw', rowsPerGroup: 10 } as const;
  const written = await writeFileOf(folder.path(name), entities, options);
  return (await readFile(written.path)).buffer as ArrayBuffer;
}

describe('a raw file', () => {
  test('has the same schema whatever the values', async () => {
    const some = await fileOf('some', [xEntity(0, { content: { like_count: 3, media: ['a'] } })]);
    const nulls = await fileOf('nulls', [
      xEntity(0, { content: { like_count: null, media: null } }),
    ]);
    const wrong = await fileOf('wrong', [xEntity(0, { content: { like_count: 'x', media: 1.5 } })]);
    const none = await fileOf('none', []);
    const expected = schemaText(parquetSchemaOf(rawColumns('x')));
    for (const file of [some, nulls, wrong, none])
      expect(schemaText(parquetMetadata(file).schema)).toBe(expected);
  });

  test('has the values of the content in columns of their types', async () => {
    const content = {
      username: 'näme',
      text: '\u0000\uFEFFzwölf 🦊',
      tweet_hashtags: ['#a', '', '#🦊'],
      media: [],
      is_reply: false,
      user_verified: true,
      like_count: 2 ** 53 - 1,
      view_count: -3,
    };
    const file = await fileOf('types', [xEntity(0, { content }), xEntity(1, { content: {} })]);
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const parsers = { stringFromBytes: (bytes: Uint8Array) => bytes && decoder.decode(bytes) };
    const [row, empty] = await parquetReadObjects({ file, parsers, compressors, utf8: false });
    expect(row).toMatchObject({
      ...content,
      like_count: BigInt(content.like_count),
      view_count: -3n,
      datetime: new Date('2024-05-01T12:34:56.123Z'),
      label: '#a',
      url: null,
      quote_count: null,
      datetime_text: null,
      time_bucket_id: 476_364n,
    });
    for (const column of ['username', 'tweet_hashtags', 'media', 'is_reply', 'like_count'])
      expect(empty?.[column] ?? null).toBeNull();
  });

  test('says in its footer what it is, and lets a reader prune by URI and hour', async () => {
    const entities = Array.from({ length: 25 }, (_, index) =>
      xEntity(index, { uri: `https://x.com/${'u'.repeat(80)}/${100 + index}` }),
    );
    const metadata = parquetMetadata(await fileOf('footer', entities));
    expect(metadata.key_value_metadata).toEqual([
      { key: 'data-universe-storage.format', value: '2' },
      { key: 'data-universe-storage.source', value: 'x' },
      { key: 'data-universe-storage.profile', value: 'raw' },
    ]);
    const bounds = metadata.row_groups.map(({ columns }) => {
      const uri = columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === 'uri');
      return [uri?.meta_data?.statistics?.min_value, uri?.meta_data?.statistics?.max_value];
    });
    expect(bounds).toEqual([
      [entities[0]?.uri, entities[9]?.uri],
      [entities[10]?.uri, entities[19]?.uri],
      [entities[20]?.uri, entities[24]?.uri],
    ]);
  });
});
