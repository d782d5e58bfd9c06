import { closeSync, openSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { StateError } from '../state-error.ts';
import { isBusy, whenFree } from './when-free.ts';

/** Stands in the file's header, so that no other program's database is taken for one of ours. */
const APPLICATION_ID = 0x44_55_53_31;
const VERSION = 1;

const TABLES = `
CREATE TABLE nonce (hotkey TEXT NOT NULL, nonce TEXT NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY (hotkey, nonce)) STRICT, WITHOUT ROWID;
CREATE INDEX nonce_expires ON nonce (expires);
CREATE TABLE quota (day TEXT NOT NULL, hotkey TEXT NOT NULL, action TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (day, hotkey, action)) STRICT, WITHOUT ROWID;
CREATE TABLE denied (hotkey TEXT PRIMARY KEY, since TEXT NOT NULL, reason TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE paused (actions TEXT PRIMARY KEY, since TEXT NOT NULL, reason TEXT) STRICT, WITHOUT ROWID;
`;

const PAGE_SIZE = 4_096;
const OPENING_PATIENCE_MS = 2_000;

export interface StateFileOptions {
  /** Makes the file where there is none. */
  readonly create: boolean;
  /** How large the file may grow, in bytes. */
  readonly maxBytes: number;
}

/** The SQLite file that the processes of one machine share. */
export class StateFile {
  readonly path: string;
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #identity: string;

  private constructor(path: string, db: Database.Database) {
    this.path = path;
    this.#db = db;
    this.#identity = identityOf(path);
  }

  /** Throws StateError: InvalidState where the file is damaged, foreign or open to others. */
  static async open(path: string, options: StateFileOptions): Promise<StateFile> {
    try {
      if (options.create) createPrivately(path);
      requirePrivate(path);
      return new StateFile(path, await connect(path, options));
    } catch (error) {
      throw openingError(error, path);
    }
  }

  /** One transaction, begun with the right to write. Throws StateError, or the reason of `signal`. */
  write<T>(step: () => T, signal?: AbortSignal): Promise<T> {
    const transaction = this.#db.transaction(step);
    return this.#run(() => transaction.immediate(), signal);
  }

  /** One statement; it never waits for a writer. */
  read<T>(step: () => T, signal?: AbortSignal): Promise<T> {
    return this.#run(step, signal);
  }

  prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    this.#db.close();
  }

  async #run<T>(step: () => T, signal: AbortSignal | undefined): Promise<T> {
    return await whenFree(
      this.path,
      () => {
        this.#requireSameFile();
        return step();
      },
      signal,
    );
  }

  /** A file removed or replaced under us is no longer the one the other processes write: nonces would be used twice. */
  #requireSameFile(): void {
    if (identityOf(this.path) === this.#identity) return;
    throw new StateError(
      'InvalidState',
      `the state file ${this.path} was removed or replaced while it was in use; restart every process that uses it`,
    );
  }
}

/** SQLite gives its -wal and -shm files the mode of the database. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // Never opened and closed here once it is there: closing would drop the locks of this process on it.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function requirePrivate(path: string): void {
  const stats = statSync(path);
  if (!stats.isFile()) throw new StateError('InvalidState', `${path} is not a file; name one`);
  // Windows has no such modes.
  if (process.platform === 'win32' || (stats.mode & 0o077) === 0) return;
  throw new StateError(
    'InvalidState',
    `others may read or write the state file ${path}, and so allow themselves what you deny; run chmod 600 on it`,
  );
}

function identityOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'none' : `${stats.dev}:${stats.ino}`;
}

/** Two processes that make one file at once get in each other's way for a moment, past SQLite's own waiting. */
async function connect(path: string, options: StateFileOptions): Promise<Database.Database> {
  const giveUpAt = performance.now() + OPENING_PATIENCE_MS;
  for (;;) {
    const db = new Database(path, { fileMustExist: true, timeout: 200 });
    try {
      prepare(db, path, options);
      return db;
    } catch (error) {
      db.close();
      if (!isBusy(error) || performance.now() > giveUpAt) throw error;
    }
    await sleep(10 + Math.random() * 40);
  }
}

function prepare(db: Database.Database, path: string, { create, maxBytes }: StateFileOptions) {
  db.pragma(`page_size = ${PAGE_SIZE}`);
  db.pragma('journal_mode = WAL');
  // A nonce that the power cut takes back could be used again.
  db.pragma('synchronous = FULL');
  db.pragma('journal_size_limit = 16000000');
  db.pragma(`max_page_count = ${Math.max(16, Math.floor(maxBytes / PAGE_SIZE))}`);
  db.transaction(() => {
    if (create && isEmpty(db)) {
      db.exec(TABLES);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${VERSION}`);
    }
  }).immediate();
  const [id, version] = [pragma(db, 'application_id'), pragma(db, 'user_version')];
  if (id !== APPLICATION_ID || version !== VERSION) {
    const message = `${path} is not a state file of this version (application_id ${id}, version ${version}); name another`;
    throw new StateError('InvalidState', message);
  }
  const found = pragma(db, 'quick_check(1)');
  if (found !== 'ok') throw damaged(path);
  // From here on whenFree waits.
  db.pragma('busy_timeout = 0');
}

function pragma(db: Database.Database, name: string): unknown {
  return db.pragma(name, { simple: true });
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
}

function damaged(path: string, cause?: unknown): StateError {
  const message = `${path} is damaged, or no state file: move it away and start anew; the hotkeys denied in it have to be denied again`;
  return new StateError('InvalidState', message, { cause });
}

function openingError(error: unknown, path: string): unknown {
  if (error instanceof StateError) return error;
  const code = codeOf(error);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damaged(path, error);
  if (isBusy(error)) {
    const message = `another program holds the state file ${path} locked; end it, or try again`;
    return new StateError('StateUnavailable', message, { cause: error });
  }
  const reason = code === 'ENOENT' ? 'there is no such file or folder' : code || 'unknown error';
  const message = `the state file ${path} can't be opened (${reason}); check its path, its folder and their permissions`;
  return new StateError('InvalidState', message, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
