import { renameSync, writeFileSync } from 'node:fs';
import type { SourceName } from '@data-universe/core-auth';
import type { PublisherStatus } from '@data-universe/publisher';
import type { UploadProgress, UploadReport } from '@data-universe/s3-miner';
import { type CycleOutcome, Metrics } from './metrics.ts';

/** While a cycle is at work. */
const WRITE_EVERY_MS = 5_000;

/** Metrics in a file that is always whole; a file that can't be written is said once and disturbs nothing. */
export class MetricsFile {
  readonly #path: string | null;
  readonly #log: (line: string) => void;
  readonly #metrics = new Metrics();
  #written = Number.NEGATIVE_INFINITY;
  #failed = false;

  constructor(path: string | null, log: (line: string) => void) {
    this.#path = path;
    this.#log = log;
  }

  /** `status` is asked only where there is a file to write. */
  begin(status: () => readonly PublisherStatus[]): void {
    if (this.#path === null) return;
    this.#metrics.began(status());
    this.#write();
  }

  progress(source: SourceName, progress: UploadProgress): void {
    if (this.#path === null) return;
    this.#metrics.progressed(source, progress);
    if (performance.now() - this.#written >= WRITE_EVERY_MS) this.#write();
  }

  end(outcome: CycleOutcome, report: UploadReport | undefined): void {
    this.#metrics.ended(outcome, report, new Date());
    this.#write();
  }

  wait(milliseconds: number): void {
    this.#metrics.waits(new Date(Date.now() + milliseconds));
    this.#write();
  }

  #write(): void {
    if (this.#path === null) return;
    this.#written = performance.now();
    const unfinished = `${this.#path}.${process.pid}.tmp`;
    try {
      writeFileSync(unfinished, this.#metrics.text());
      renameSync(unfinished, this.#path);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed)
        this.#log(`The metrics can't be written to ${this.#path}: ${(error as Error).message}`);
      this.#failed = true;
    }
  }
}
