import Database from 'better-sqlite3';
import { redditPost, xPost } from './believable-posts.ts';
import { replaceRows } from './make-database.ts';
import { seededRandom } from './random.ts';

export interface Changes {
  readonly late: number;
  readonly replaced: number;
  readonly deleted: number;
}

const LATE = 40;
const REPLACED = 25;
const DELETED = 15;

/** What a day of scraping does to a database: posts of old hours arrive, some change, some go. */
export function changeDatabase(path: string, seed: number): Changes {
  const database = new Database(path);
  try {
    const random = seededRandom(seed);
    const uris = database
      .prepare<[], string>('SELECT uri FROM DataEntity ORDER BY uri')
      .pluck()
      .all();
    const chosen = new Set<string>();
    while (chosen.size < Math.min(REPLACED + DELETED, uris.length)) {
      chosen.add(uris[random.below(uris.length)] ?? '');
    }
    const replaced = [...chosen].slice(0, REPLACED);
    const deleted = [...chosen].slice(REPLACED);
    const oldHours = database
      .prepare<[], number>(
        'SELECT DISTINCT timeBucketId FROM DataEntity ORDER BY timeBucketId LIMIT 20',
      )
      .pluck()
      .all();

    const rewrite = database.prepare(
      `UPDATE DataEntity SET content = CAST(content || ' ' AS BLOB), contentSizeBytes = contentSizeBytes + 1 WHERE uri = ?`,
    );
    const remove = database.prepare('DELETE FROM DataEntity WHERE uri = ?');
    database.transaction(() => {
      for (const uri of replaced) rewrite.run(uri);
      for (const uri of deleted) remove.run(uri);
    })();
    const makePost = database.prepare('SELECT 1 FROM DataEntity WHERE source = 1').get()
      ? redditPost
      : xPost;
    replaceRows(database)(
      Array.from({ length: LATE }, (_, index) => {
        const hour = oldHours[random.below(oldHours.length)] ?? 0;
        const post = index % 2 === 0 ? xPost : makePost;
        return post(random, hour * 3_600_000 + random.below(3_600) * 1_000, 900_000_000 + index);
      }),
    );
    return { late: LATE, replaced: replaced.length, deleted: deleted.length };
  } finally {
    database.close();
  }
}
