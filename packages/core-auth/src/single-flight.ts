interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  passengers: number;
}

/** Shares one running task among all who ask while it runs. */
export class SingleFlight<T> {
  #flight: Flight<T> | undefined;

  get running(): boolean {
    return this.#flight !== undefined;
  }

  /**
   * The result of the running task, or of `start` where none runs. `signal` ends the wait of this
   * caller, with the signal's reason; the task itself is aborted when nobody waits for it any more.
   */
  join(start: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const flight = this.#flight ?? this.#launch(start);
    flight.passengers += 1;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        reject(signal?.reason);
        flight.passengers -= 1;
        if (flight.passengers > 0) return;
        this.#land(flight);
        flight.controller.abort();
      };
      signal?.addEventListener('abort', leave, { once: true });
      flight.result.then(
        (value) => {
          signal?.removeEventListener('abort', leave);
          resolve(value);
        },
        (error: unknown) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      );
    });
  }

  #launch(start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = {
      controller,
      passengers: 0,
      result: start(controller.signal).finally(() => this.#land(flight)),
    };
    this.#flight = flight;
    return flight;
  }

  /** Whoever comes next starts anew; a newer flight is left alone. */
  #land(flight: Flight<T>): void {
    if (this.#flight === flight) this.#flight = undefined;
  }
}
