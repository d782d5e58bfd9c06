import Database from 'better-sqlite3';
import { type MinerRow, oddRows, redditPost, xPost } from './believable-posts.ts';
import { seededRandom } from './random.ts';

const LAYOUT = `
  CREATE TABLE DataEntity (
    uri TEXT PRIMARY KEY, datetime TIMESTAMP(6) NOT NULL, timeBucketId INTEGER NOT NULL,
    source INTEGER NOT NULL, label CHAR(32), content BLOB NOT NULL, contentSizeBytes INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX data_entity_bucket_index2 ON DataEntity (timeBucketId, source, label, contentSizeBytes);
`;

/** The newest post of a made database: fixed, so that every run makes the same rows. */
const NEWEST = Date.UTC(2026, 9, 31, 23, 30);

export interface MadeDatabase {
  readonly rows: number;
  /** Pairs of (source, hour). */
  readonly timeBuckets: number;
}

/** Writes a believable miner's database: Reddit and X, `hours` of them, Unicode, empty and odd rows. */
export function makeDatabase(
  path: string,
  { seed, rows, hours }: { readonly seed: number; readonly rows: number; readonly hours: number },
): MadeDatabase {
  const database = new Database(path);
  try {
    database.pragma('journal_mode = WAL');
    database.exec(LAYOUT);
    const random = seededRandom(seed);
    const write = replaceRows(database);
    const posts: MinerRow[] = oddRows(NEWEST);
    for (let number = posts.length; number < rows; number += 1) {
      const time = NEWEST - random.below(hours * 3_600) * 1_000;
      posts.push(
        random.chance(0.4) ? redditPost(random, time, number) : xPost(random, time, number),
      );
    }
    write(posts);
    return {
      rows: database.prepare<[], number>('SELECT COUNT(*) FROM DataEntity').pluck().get() ?? 0,
      timeBuckets:
        database
          .prepare<[], number>(
            'SELECT COUNT(*) FROM (SELECT DISTINCT timeBucketId, source FROM DataEntity)',
          )
          .pluck()
          .get() ?? 0,
    };
  } finally {
    database.close();
  }
}

/** `REPLACE INTO`, as the scraper does it. */
export function replaceRows(database: Database.Database): (rows: readonly MinerRow[]) => void {
  const replace = database.prepare('REPLACE INTO DataEntity VALUES (?, ?, ?, ?, ?, ?, ?)');
  return database.transaction((rows: readonly MinerRow[]) => {
    for (const row of rows) {
      const { uri, datetime, timeBucketId, source, label, content } = row;
      replace.run(uri, datetime, timeBucketId, source, label, content, content.byteLength);
    }
  });
}
