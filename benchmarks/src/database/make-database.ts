import Database from 'better-sqlite3';
import { PostMaker } from './believable-posts.ts';
import { seededRandom } from './random.ts';

const LAYOUT = `
  CREATE TABLE DataEntity (
    uri TEXT PRIMARY KEY, datetime TIMESTAMP(6) NOT NULL, timeBucketId INTEGER NOT NULL,
    source INTEGER NOT NULL, label CHAR(32), content BLOB NOT NULL, contentSizeBytes INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX data_entity_bucket_index2 ON DataEntity (timeBucketId, source, label, contentSizeBytes);
`;
const SOURCE_X = 2;
const ROWS_PER_HOUR = 500;
const NEWEST = Date.UTC(2026, 9, 31, 23, 30);
const ROWS_PER_TRANSACTION = 20_000;

export interface MadeDatabase {
  readonly rows: number;
  /** Of content. */
  readonly bytes: number;
}

/** A miner's database of `rows` posts of X, spread over as many hours as makes 500 an hour. */
export function makeDatabase(path: string, rows: number): MadeDatabase {
  const random = seededRandom(20_261_031);
  const maker = new PostMaker(random);
  const seconds = Math.ceil(rows / ROWS_PER_HOUR) * 3_600;
  const database = new Database(path);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = OFF');
    database.exec(LAYOUT);
    const insert = database.prepare('INSERT INTO DataEntity VALUES (?, ?, ?, ?, ?, ?, ?)');
    let bytes = 0;
    const insertPosts = database.transaction((first: number, end: number) => {
      for (let number = first; number < end; number += 1) {
        const post = maker.post(NEWEST - random.below(seconds) * 1_000, number);
        const { uri, datetime, timeBucketId, label, content } = post;
        insert.run(uri, datetime, timeBucketId, SOURCE_X, label, content, content.byteLength);
        bytes += content.byteLength;
      }
    });
    for (let first = 0; first < rows; first += ROWS_PER_TRANSACTION)
      insertPosts(first, Math.min(rows, first + ROWS_PER_TRANSACTION));
    return { rows, bytes };
  } finally {
    database.close();
  }
}
