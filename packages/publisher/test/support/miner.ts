import { copyFileSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';

export interface Row {
  readonly uri: string;
  readonly datetime: string;
  readonly timeBucketId: number;
  readonly source: number;
  readonly label: string | null;
  readonly content: string | Uint8Array;
  readonly contentSizeBytes: number | bigint;
}

/** Monday 2026-01-05 00:00 UTC. */
export const FIRST_BUCKET = 490_848;

/** Plays the miner: owns the database and writes to it. */
export class Miner {
  readonly path: string;
  db: Database.Database;

  constructor(path: string, options: { index?: boolean; journal?: 'wal' | 'delete' } = {}) {
    this.path = path;
    this.db = new Database(path);
    this.db.pragma(`journal_mode = ${options.journal ?? 'wal'}`);
    this.db.exec(
      `CREATE TABLE IF NOT EXISTS DataEntity (uri TEXT PRIMARY KEY, datetime TIMESTAMP(6) NOT NULL, timeBucketId INTEGER NOT NULL,
         source INTEGER NOT NULL, label CHAR(32), content BLOB NOT NULL, contentSizeBytes INTEGER NOT NULL) WITHOUT ROWID`,
    );
    if (options.index !== false)
      this.db.exec(
        'CREATE INDEX IF NOT EXISTS data_entity_bucket_index2 ON DataEntity (timeBucketId, source, label, contentSizeBytes)',
      );
  }

  put(...rows: readonly Row[]): void {
    const replace = this.db.prepare(
      'REPLACE INTO DataEntity VALUES (@uri, @datetime, @timeBucketId, @source, @label, @content, @contentSizeBytes)',
    );
    this.db.transaction(() => {
      for (const row of rows)
        replace.run({
          ...row,
          content: typeof row.content === 'string' ? Buffer.from(row.content) : row.content,
        });
    })();
  }

  delete(...uris: readonly string[]): void {
    const remove = this.db.prepare('DELETE FROM DataEntity WHERE uri = ?');
    for (const uri of uris) remove.run(uri);
  }

  /** Puts a copy in place of the database, as its owner does who restores a backup. */
  restore(copy: string): void {
    this.db.close();
    for (const suffix of ['-wal', '-shm']) rmSync(`${this.path}${suffix}`, { force: true });
    const beside = `${this.path}.restored`;
    copyFileSync(copy, beside);
    renameSync(beside, this.path);
    this.db = new Database(this.path);
    this.db.pragma('journal_mode = wal');
  }

  close(): void {
    this.db.close();
  }
}

/** A post on X: number `n`, in the hour `hour` of the test's time. */
export function post(n: number, hour: number, change: Partial<Row> & { text?: string } = {}): Row {
  const { text = `text of ${n}`, ...columns } = change;
  const uri = `https://x.com/user${n % 7}/status/${19_000_000_000 + n}`;
  const seconds = (FIRST_BUCKET + hour) * 3600 + (n % 3600);
  const content = JSON.stringify({
    username: `@user${n % 7}`,
    text,
    url: uri,
    timestamp: new Date(seconds * 1000).toISOString(),
    tweet_hashtags: [],
  });
  return {
    uri,
    datetime: `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}+00:00`,
    timeBucketId: FIRST_BUCKET + hour,
    source: 2,
    label: n % 3 === 0 ? null : `#label${n % 5}`,
    content,
    contentSizeBytes: Buffer.byteLength(content),
    ...columns,
  };
}

export function posts(from: number, to: number, hours: number): Row[] {
  return Array.from({ length: to - from }, (_, index) =>
    post(from + index, (from + index) % hours),
  );
}
