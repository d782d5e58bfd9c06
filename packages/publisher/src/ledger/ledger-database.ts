import type Database from 'better-sqlite3';
import { z } from 'zod';
import { ledgerCorrupt, ledgerError } from './ledger-errors.ts';

/** The ledger's SQLite file: parsed rows, named notes, transactions. Throws PublisherError LedgerCorrupt and DiskFull. */
export class LedgerDatabase {
  readonly path: string;
  readonly #connection: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(path: string, connection: Database.Database) {
    this.path = path;
    this.#connection = connection;
  }

  get version(): unknown {
    return this.#connection.pragma('user_version', { simple: true });
  }

  prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  all<T>(schema: z.ZodType<T>, sql: string, ...parameters: unknown[]): T[] {
    return this.prepare(sql)
      .all(...parameters)
      .map((row) => schema.parse(row));
  }

  note(name: string): string | undefined {
    return z
      .string()
      .optional()
      .parse(this.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(name));
  }

  setNote(name: string, value: string): void {
    this.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(name, value);
  }

  transaction(change: () => void): void {
    this.run(() => this.#connection.transaction(change).immediate());
  }

  run<T>(step: () => T): T {
    return guarded(this.path, step);
  }

  close(): void {
    this.#connection.close();
  }
}

/** What SQLite and the parsers say, as a PublisherError. */
export function guarded<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw parsedError(error, path);
  }
}

export function parsedError(error: unknown, path: string): unknown {
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return ledgerCorrupt(path, 'a record of it makes no sense', error);
  return ledgerError(error, path);
}
