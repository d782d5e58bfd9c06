import { type FileHandle, open } from 'node:fs/promises';
import { auditLine } from './audit-line.ts';
import { AuditLogFullError, MAX_PENDING_BYTES } from './audit-log-error.ts';
import type { AuditRecord, AuditSink } from './audit-sink.ts';

/**
 * Appends each record to a file as one line of JSON. A disk that is full fails the lines of that time and no
 * later ones. Nothing is synced: what the system has taken survives the process, not a power cut.
 */
export class FileAuditSink implements AuditSink {
  readonly #path: string;
  #handle: FileHandle;
  #lines: string[] = [];
  #pendingBytes = 0;
  /** The lines that are collected while others are written. */
  #next: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** A line may have been cut short: the next begins a line of its own. */
  #torn = false;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Creates the file, for its owner's eyes alone, where it is not there. Throws where it can't be opened. */
  static async open(path: string): Promise<FileAuditSink> {
    return new FileAuditSink(path, await openForAppending(path));
  }

  /** Throws AuditLogFullError, or the system's error where the line could not be written whole. */
  async write(record: AuditRecord): Promise<void> {
    const line = auditLine(record);
    if (this.#pendingBytes + line.length > MAX_PENDING_BYTES)
      throw new AuditLogFullError(this.#pendingBytes);
    this.#pendingBytes += line.length;
    this.#lines.push(line);
    this.#next ??= this.#inTurn(() => this.#writeLines());
    await this.#next;
  }

  /** Goes on in a new file of the same name: for rotation, after the old one was renamed. */
  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      const handle = await openForAppending(this.#path);
      const old = this.#handle;
      this.#handle = handle;
      this.#torn = false;
      await old.close();
    });
  }

  /** Once what was written is there. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#handle.close());
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.#last.then(step);
    // Its own caller hears of a failure; the next step is tried all the same.
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #writeLines(): Promise<void> {
    const text = `${this.#torn ? '\n' : ''}${this.#lines.join('')}`;
    this.#lines = [];
    this.#pendingBytes = 0;
    this.#next = undefined;
    this.#torn = true;
    await this.#handle.appendFile(text);
    this.#torn = false;
  }
}

/** 'a': what others append in between, or a rotation by copy and truncate, is not written over. */
function openForAppending(path: string): Promise<FileHandle> {
  return open(path, 'a', 0o600);
}
