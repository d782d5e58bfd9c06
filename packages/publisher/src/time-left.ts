import type { PublishProgress } from './report.ts';

/** What is measured over less says little. */
const SETTLED_MS = 2_000;

/** How long a run still takes, by the rows that are compared, written and sent so far. */
export class TimeLeft {
  readonly #now: () => number;
  #phase: 'rebuild' | 'write' | undefined;
  #began = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Seconds; null while it can't be told. An upload belongs to the rows that were written before it. */
  of({ phase, rowsDone, rowsTotal }: PublishProgress): number | null {
    if ((phase === 'rebuild' || phase === 'write') && phase !== this.#phase) {
      this.#phase = phase;
      this.#began = this.#now();
    }
    const counts = phase === this.#phase || (phase === 'upload' && this.#phase === 'write');
    const elapsed = this.#now() - this.#began;
    if (!counts || rowsDone <= 0 || rowsTotal <= 0 || elapsed < SETTLED_MS) return null;
    return (elapsed * Math.max(0, rowsTotal - rowsDone)) / rowsDone / 1_000;
  }
}
