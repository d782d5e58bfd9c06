import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { diskFullOr, errorCode, PublisherError } from '../errors.ts';

const holderSchema = z.object({ pid: z.int() });

/**
 * One publisher at a time for a state directory. The lock is SQLite's exclusive lock on a file, which
 * the operating system drops with the process, however it ends; who holds it stands in a file beside.
 */
export class Lock {
  readonly #db: Database.Database;
  readonly #holderPath: string;

  private constructor(db: Database.Database, holderPath: string) {
    this.#db = db;
    this.#holderPath = holderPath;
  }

  /** Creates the directory if need be. Throws PublisherError Locked while another publisher holds it. */
  static acquire(directory: string): Lock {
    const holderPath = join(directory, 'lock.json');
    let db: Database.Database | undefined;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      db = new Database(join(directory, 'lock.sqlite'), { timeout: 0 });
      db.exec('BEGIN EXCLUSIVE');
      writeFileSync(holderPath, JSON.stringify({ pid: process.pid }), { mode: 0o600 });
      return new Lock(db, holderPath);
    } catch (error) {
      db?.close();
      if (errorCode(error)?.startsWith('SQLITE_BUSY')) throw locked(directory, holderPath, error);
      throw diskFullOr(error, directory);
    }
  }

  release(): void {
    rmSync(this.#holderPath, { force: true });
    this.#db.close();
  }
}

function locked(directory: string, holderPath: string, cause: unknown): PublisherError {
  const holderPid = readHolder(holderPath);
  const who = holderPid === undefined ? 'Another publisher' : `The publisher with pid ${holderPid}`;
  return new PublisherError({
    code: 'Locked',
    message: `${who} is at work on ${directory}. Wait until it is done, or stop it`,
    holderPid,
    cause,
  });
}

/** Absent for the moment between taking the lock and writing who did. */
function readHolder(path: string): number | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).pid;
  } catch {
    return undefined;
  }
}
