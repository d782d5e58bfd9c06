/**
 * A signal that fires with another one, until it is let go. `AbortSignal.any` would do, but a signal
 * that lives as long as the process remembers everything that was ever made of it.
 */
export class LinkedSignal {
  readonly #own = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = () => this.#own.abort(this.#outer?.reason);

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted) this.#onAbort();
    else outer?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** Fires it alone. */
  abort(reason?: unknown): void {
    this.#own.abort(reason);
  }

  letGo(): void {
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }
}
