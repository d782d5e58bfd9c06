interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Speed over the last seconds rather than since the start: what was slow at first says little of what is left. */
export class RateEstimator {
  readonly #windowMs: number;
  #samples: Sample[] = [];

  constructor(windowMs = 10_000) {
    this.#windowMs = windowMs;
  }

  /** `at` in milliseconds of any steady clock; `done` never shrinks. */
  record(at: number, done: number): void {
    this.#samples.push({ at, done });
    // One sample from before the window stays: it is where the window's first step began.
    const first = this.#samples.findIndex((sample) => sample.at > at - this.#windowMs);
    if (first > 1) this.#samples = this.#samples.slice(first - 1);
  }

  /** Units a second; undefined until two moments are known. */
  perSecond(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return undefined;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  /** Milliseconds until `total` is reached; undefined where that can't be told. */
  remainingMs(total: number): number | undefined {
    const rate = this.perSecond();
    const done = this.#samples.at(-1)?.done ?? 0;
    if (rate === undefined || rate <= 0 || total < done) return undefined;
    return ((total - done) * 1000) / rate;
  }
}
