import type { Writable } from 'node:stream';
import type { AuditRecord, AuditSink } from '../audit/audit-sink.ts';
import { FileAuditSink } from '../audit/file-audit-sink.ts';
import { FloodGuard } from '../audit/flood-guard.ts';
import { StreamAuditSink } from '../audit/stream-audit-sink.ts';

export interface OpenedAudit {
  readonly sink: AuditSink;
  /** Goes on in a new file of the same name, where there is one. Never throws; it says so on stderr. */
  readonly reopen: (() => Promise<void>) | undefined;
  close(): Promise<void>;
}

/** The audit log of a process: a file, or the stream that it has anyway. Throws where the file can't be opened. */
export async function openAudit(path: string | undefined, stderr: Writable): Promise<OpenedAudit> {
  if (path === undefined) {
    const sink = new FloodGuard(new StreamAuditSink(stderr));
    return { sink, reopen: undefined, close: async () => undefined };
  }
  const file = await FileAuditSink.open(path);
  const say = (event: string, error?: unknown) =>
    stderr.write(`${JSON.stringify({ event, file: path, fault: faultOf(error) })}\n`);
  return {
    sink: new FloodGuard(new SpokenFailures(file, say)),
    async reopen() {
      try {
        await file.reopen();
        say('audit log reopened');
      } catch (error) {
        say('audit log not reopened: it goes on in the old file', error);
      }
    },
    close: () => file.close(),
  };
}

/** What can't be written can't say why in the log: the operator hears of the first failure and of its end. */
class SpokenFailures implements AuditSink {
  readonly #sink: AuditSink;
  readonly #say: (event: string, error?: unknown) => void;
  #failing = false;

  constructor(sink: AuditSink, say: (event: string, error?: unknown) => void) {
    this.#sink = sink;
    this.#say = say;
  }

  async write(record: AuditRecord): Promise<void> {
    try {
      await this.#sink.write(record);
    } catch (error) {
      if (!this.#failing) this.#say('audit log fails: every request is refused', error);
      this.#failing = true;
      throw error;
    }
    if (this.#failing) this.#say('audit log is written again');
    this.#failing = false;
  }
}

function faultOf(error: unknown): string | undefined {
  return error instanceof Error ? error.message : undefined;
}
