import type { Writable } from 'node:stream';
import type { AuditRecord, AuditSink } from './audit-sink.ts';

/** Writes each record as one line of JSON. */
export class StreamAuditSink implements AuditSink {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Each write reports its own failure to its caller; without a listener the process would die.
    stream.on('error', () => undefined);
  }

  write(record: AuditRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(`${JSON.stringify(record)}\n`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
