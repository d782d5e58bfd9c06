import { type Clock, systemClock } from '../decision/clock.ts';
import { TokenBucketLimiter } from '../limits/token-bucket-limiter.ts';
import type { AuditRecord, AuditSink } from './audit-sink.ts';

export interface FloodGuardOptions {
  readonly clock?: Clock | undefined;
  /** Lines a second about whom the chain does not know. Default 200: 6 GB a day at the most. */
  readonly perSecond?: number | undefined;
  /** Of those at once after a pause. Default 2,000. */
  readonly burst?: number | undefined;
}

/**
 * Keeps strangers from filling the disk, which would stop the service. Of refusals that no registered hotkey
 * stands behind, those past the limit are counted in place of written; the next line says how many.
 */
export class FloodGuard implements AuditSink {
  readonly #sink: AuditSink;
  readonly #limiter: TokenBucketLimiter;
  #unwritten = 0;

  constructor(sink: AuditSink, { clock = systemClock, perSecond, burst }: FloodGuardOptions = {}) {
    this.#sink = sink;
    this.#limiter = new TokenBucketLimiter({
      clock,
      perSecond: perSecond ?? 200,
      burst: burst ?? 2_000,
    });
  }

  async write(record: AuditRecord): Promise<void> {
    const known = record.decision === 'granted' || record.uid !== undefined;
    if (!known && !(await this.#limiter.take('strangers')).allowed) {
      this.#unwritten += 1;
      return;
    }
    const unwritten = this.#unwritten;
    this.#unwritten = 0;
    try {
      await this.#sink.write(unwritten === 0 ? record : { ...record, unwritten });
    } catch (error) {
      this.#unwritten += unwritten;
      throw error;
    }
  }
}
