import Database from 'better-sqlite3';

/** A row of the miner's table; `contentSizeBytes` is that of the content. */
export interface Row {
  readonly uri: string;
  readonly datetime: string;
  readonly timeBucketId: number;
  readonly source: number;
  readonly label: string | null;
  readonly content: Uint8Array;
}

const LAYOUT = `
  CREATE TABLE DataEntity (
    uri TEXT PRIMARY KEY, datetime TIMESTAMP(6) NOT NULL, timeBucketId INTEGER NOT NULL,
    source INTEGER NOT NULL, label CHAR(32), content BLOB NOT NULL, contentSizeBytes INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX data_entity_bucket_index2 ON DataEntity (timeBucketId, source, label, contentSizeBytes);
`;

/** A miner's database as its scraper sees it. */
export class MinerDatabase {
  readonly path: string;
  readonly #connection: Database.Database;

  /** Makes the file. */
  constructor(path: string) {
    this.path = path;
    this.#connection = new Database(path);
    this.#connection.pragma('journal_mode = WAL');
    this.#connection.exec(LAYOUT);
  }

  put(...rows: readonly Row[]): void {
    const replace = this.#connection.prepare(
      'REPLACE INTO DataEntity VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#connection.transaction(() => {
      for (const { uri, datetime, timeBucketId, source, label, content } of rows)
        replace.run(uri, datetime, timeBucketId, source, label, content, content.byteLength);
    })();
  }

  delete(...uris: readonly string[]): void {
    const remove = this.#connection.prepare('DELETE FROM DataEntity WHERE uri = ?');
    for (const uri of uris) remove.run(uri);
  }

  close(): void {
    this.#connection.close();
  }
}
