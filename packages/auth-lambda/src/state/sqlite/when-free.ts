import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { StateError } from '../state-error.ts';

/** How long a holder of the file's lock is waited for. */
const PATIENCE_MS = 2_000;

/**
 * Runs a step once the file's lock is to be had, without keeping the process from its other work meanwhile: SQLite's
 * own waiting would. Throws StateError, or the reason of `signal`.
 */
export async function whenFree<T>(path: string, step: () => T, signal?: AbortSignal): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return step();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw stateErrorOf(error, path);
    }
    await sleep(2 + Math.random() * 18, undefined, { ...(signal && { signal }) });
  }
}

export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

export function isFull(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_FULL');
}

function stateErrorOf(cause: unknown, path: string): unknown {
  if (!(cause instanceof Database.SqliteError)) return cause;
  if (isBusy(cause)) {
    const message = `another program holds the state file ${path} locked; end it, or try again`;
    return new StateError('StateUnavailable', message, { cause });
  }
  if (isFull(cause)) {
    const message = `there is no room for the state file ${path}; make some, or wait until nonces expire`;
    return new StateError('StateUnavailable', message, { cause });
  }
  const message = `the state file ${path} could not be used (${cause.code}); look at its disk and its permissions`;
  return new StateError('StateUnavailable', message, { cause });
}
