import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { type DatabaseFile, databaseFileSchema } from '../database/database-file.ts';
import { PublisherError } from '../errors.ts';
import {
  type DatasetIdentity,
  datasetIdentitySchema,
  describeIdentity,
  sameIdentity,
} from './dataset-identity.ts';
import { Intents } from './intents.ts';
import { guarded, LedgerDatabase } from './ledger-database.ts';
import { ledgerCorrupt } from './ledger-errors.ts';
import { headRecord, type LedgerHead } from './ledger-records.ts';
import { configure, createTables, LEDGER_VERSION } from './ledger-schema.ts';
import { Published } from './published.ts';
import { SALT_BYTES } from './row-digest.ts';

/**
 * What was published, row by row, in 15 bytes each: the publisher's own database. Each method is one
 * transaction. Throws PublisherError LedgerCorrupt and DiskFull.
 */
export class Ledger {
  readonly path: string;
  readonly published: Published;
  readonly intents: Intents;
  readonly #db: LedgerDatabase;

  private constructor(db: LedgerDatabase) {
    this.path = db.path;
    this.#db = db;
    this.published = new Published(db);
    this.intents = new Intents(db, this.published);
  }

  /** A new ledger of a dataset of which nothing is known to be published. The file must not exist. */
  static create(path: string, identity: DatasetIdentity): Ledger {
    return guarded(path, () => {
      const connection = new Database(path);
      configure(connection);
      createTables(connection);
      const db = new LedgerDatabase(path, connection);
      db.setNote('identity', JSON.stringify(identity));
      db.setNote('salt', randomBytes(SALT_BYTES).toString('hex'));
      db.setNote('head', JSON.stringify({ sequence: 0, manifestSha256: null }));
      return new Ledger(db);
    });
  }

  /** Opens a ledger. Throws PublisherError ForeignLedger where it is of another dataset. */
  static open(path: string, identity: DatasetIdentity, options = { readonly: false }): Ledger {
    return guarded(path, () => {
      const connection = new Database(path, { fileMustExist: true });
      try {
        // Not SQLite's own read-only mode: that leaves a -wal and a -shm file behind.
        if (options.readonly) connection.pragma('query_only = 1');
        else configure(connection);
        const db = new LedgerDatabase(path, connection);
        check(db, identity);
        return new Ledger(db);
      } catch (error) {
        connection.close();
        throw error;
      }
    });
  }

  get salt(): Buffer {
    return this.#db.run(() =>
      Buffer.from(
        z
          .hex()
          .length(2 * SALT_BYTES)
          .parse(this.#db.note('salt')),
        'hex',
      ),
    );
  }

  get head(): LedgerHead {
    return this.#db.run(() => headRecord.parse(this.#db.note('head')));
  }

  /** For a rebuild: what was imported is the dataset of this commit. */
  setHead(head: LedgerHead): void {
    this.#db.run(() => this.#db.setNote('head', JSON.stringify(head)));
  }

  /** The database that was published last, to its end; undefined before. */
  get database(): DatabaseFile | undefined {
    return this.#db.run(() => {
      const note = this.#db.note('database');
      return note === undefined ? undefined : databaseFileSchema.parse(JSON.parse(note));
    });
  }

  set database(file: DatabaseFile) {
    this.#db.run(() => this.#db.setNote('database', JSON.stringify(file)));
  }

  /** A note of the caller's that survives; null when there is none. */
  get lastRun(): string | null {
    return this.#db.run(() => this.#db.note('last_run') ?? null);
  }

  set lastRun(text: string) {
    this.#db.run(() => this.#db.setNote('last_run', text));
  }

  close(): void {
    this.#db.close();
  }
}

function check(db: LedgerDatabase, identity: DatasetIdentity): void {
  const { path, version } = db;
  if (version !== LEDGER_VERSION)
    throw ledgerCorrupt(path, `its version is ${String(version)}, not ${LEDGER_VERSION}`);
  const found = datasetIdentitySchema.parse(JSON.parse(db.note('identity') ?? 'null'));
  if (!sameIdentity(found, identity))
    throw new PublisherError({
      code: 'ForeignLedger',
      message: `The ledger ${path} is of another dataset: ${describeIdentity(found)}, not ${describeIdentity(identity)}. Give each dataset and each destination a state directory of its own`,
    });
  headRecord.parse(db.note('head'));
}
