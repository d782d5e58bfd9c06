import { execFileSync, spawnSync } from 'node:child_process';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import type { DataEntity } from '../src/index.ts';
import { utf8, xEntity } from './support/entities.ts';
import { writeFileOf } from './support/published.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();
const LANGUAGES = ['en', 'de', 'ja'];

/** Enough rows for several pages, groups and dictionaries, with gaps. */
function someEntities(): DataEntity[] {
  return Array.from({ length: 5_000 }, (_, index) =>
    xEntity(index, {
      label: index % 3 === 0 ? null : `#tag${index % 40}`,
      timeBucketId: 476_364 + Math.floor(index / 700),
      content: {
        username: `@user${index % 900}`,
        text: `text ${index} 🦊 ${(index * 7_919) ** 2}`,
        url: `https://x.com/user${index}/status/${index}`,
        timestamp: '2024-05-01T12:34:00+00:00',
        tweet_hashtags: Array.from({ length: index % 4 }, (_, item) => `#${index}.${item}`),
        ...(index % 2 === 0 ? { media: null } : {}),
        ...(index % 5 === 0 ? { is_reply: index % 2 === 0, language: LANGUAGES[index % 3] } : {}),
        like_count: index * 1_000_003,
      },
    }),
  ).concat([xEntity(5_000, { content: utf8('no JSON') })]);
}

const SUMS = {
  rows: 5_001,
  likes: 12_497_500 * 1_000_003,
  items: 7_500,
  empty: 1_250,
  replies: 1_000,
  english: 334,
  labelled: 3_334,
  texts: 5_000,
  kept: 1,
};

describe('a data file is read by', () => {
  test('DuckDB', async () => {
    const path = folder.path('duckdb.parquet');
    await writeFileOf(path, someEntities(), { source: 'x', profile: 'raw', rowsPerGroup: 2_000 });
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const result = await connection.runAndReadAll(`
      SELECT count(*) AS rows, sum(like_count) AS likes, sum(len(tweet_hashtags)) AS items,
        count(*) FILTER (len(tweet_hashtags) = 0) AS empty, count(is_reply) AS replies,
        count(*) FILTER (language = 'en') AS english, count(label) AS labelled,
        count(*) FILTER (contains(text, '🦊')) AS texts, count(content) AS kept
      FROM '${path}'`);
    const [sums] = result.getRowObjectsJson();
    const numbers = Object.entries(sums ?? {}).map(([name, value]) => [name, Number(value)]);
    expect(Object.fromEntries(numbers)).toEqual(SUMS);
    const one = await connection.runAndReadAll(
      `SELECT uri, datetime, tweet_hashtags, content_form FROM '${path}' WHERE uri = 'https://x.com/user4321/status/4321'`,
    );
    expect(one.getRowObjectsJson()).toEqual([
      {
        uri: 'https://x.com/user4321/status/4321',
        datetime: '2024-05-01 12:34:56.123456+00',
        tweet_hashtags: ['#4321.0'],
        content_form: 'compact:username,text,url,timestamp,tweet_hashtags,like_count',
      },
    ]);
    connection.closeSync();
  });

  const scripts = {
    pyarrow: `
import pyarrow.parquet as parquet, pyarrow.compute as compute
table = parquet.read_table(path)
sums = {"rows": table.num_rows, "likes": compute.sum(table["like_count"]).as_py(), "kept": table["content"].length() - table["content"].null_count}`,
    polars: `
import polars
table = polars.read_parquet(path)
sums = {"rows": table.height, "likes": table["like_count"].sum(), "kept": table["content"].len() - table["content"].null_count()}`,
  };
  for (const [library, script] of Object.entries(scripts)) {
    const isThere = spawnSync('python3', ['-c', `import ${library}`]).status === 0;
    test.skipIf(!isThere)(isThere ? library : `${library} (it is absent)`, async () => {
      const path = folder.path(`${library}.parquet`);
      await writeFileOf(path, someEntities(), { source: 'x', profile: 'raw', rowsPerGroup: 2_000 });
      const program = `import json, sys\npath = sys.argv[1]${script}\nprint(json.dumps(sums))`;
      const output = execFileSync('python3', ['-c', program, path]);
      const { rows, likes, kept } = SUMS;
      expect(JSON.parse(String(output))).toEqual({ rows, likes, kept });
    });
  }
});
