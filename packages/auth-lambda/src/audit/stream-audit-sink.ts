import type { Writable } from 'node:stream';
import { auditLine } from './audit-line.ts';
import { AuditLogFullError, MAX_PENDING_BYTES } from './audit-log-error.ts';
import type { AuditRecord, AuditSink } from './audit-sink.ts';

/** Writes each record as one line of JSON. */
export class StreamAuditSink implements AuditSink {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Each write reports its own failure to its caller; without a listener the process would die.
    stream.on('error', () => undefined);
  }

  /** Throws AuditLogFullError, or what the stream fails with. */
  async write(record: AuditRecord): Promise<void> {
    const pending = this.#stream.writableLength;
    if (pending > MAX_PENDING_BYTES) throw new AuditLogFullError(pending);
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(auditLine(record), (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
