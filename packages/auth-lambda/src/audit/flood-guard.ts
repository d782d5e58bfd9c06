import { type Clock, systemClock } from '../decision/clock.ts';
import { TokenBucketLimiter } from '../limits/token-bucket-limiter.ts';
import type { AuditRecord, AuditSink } from './audit-sink.ts';

export interface FloodGuardOptions {
  readonly clock?: Clock | undefined;
  /** Lines a second about refusals: of strangers, and as many of neurons. Default 200: 6 GB a day each at the most. */
  readonly perSecond?: number | undefined;
  /** Of those at once after a pause. Default 2,000. */
  readonly burst?: number | undefined;
}

/**
 * Keeps whoever is refused from filling the disk, which would stop the service. Refusals past the limit are counted in
 * place of written; the next line says how many. Strangers take no lines of registered hotkeys, and nobody those of
 * grants, which quotas bound.
 */
export class FloodGuard implements AuditSink {
  readonly #sink: AuditSink;
  readonly #strangers: TokenBucketLimiter;
  readonly #neurons: TokenBucketLimiter;
  #unwritten = 0;

  constructor(sink: AuditSink, { clock = systemClock, perSecond, burst }: FloodGuardOptions = {}) {
    this.#sink = sink;
    const limit = { clock, perSecond: perSecond ?? 200, burst: burst ?? 2_000 };
    this.#strangers = new TokenBucketLimiter(limit);
    this.#neurons = new TokenBucketLimiter(limit);
  }

  async write(record: AuditRecord): Promise<void> {
    if (record.decision === 'refused' && !(await this.#mayBeWritten(record))) {
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

  async #mayBeWritten({ uid }: AuditRecord): Promise<boolean> {
    const limiter = uid === undefined ? this.#strangers : this.#neurons;
    return (await limiter.take('all')).allowed;
  }
}
