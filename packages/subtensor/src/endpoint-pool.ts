import { type ChainFault, ChainUnavailableError } from './chain-unavailable-error.ts';

/** How one endpoint fares, for the operator. */
export interface EndpointHealth {
  /** Without path and query: they may hold a key. */
  readonly host: string;
  /** Unix milliseconds until which others are asked first. */
  readonly pausedUntil?: number;
  readonly lastFault?: {
    readonly reason: ChainFault;
    readonly message: string;
    /** Unix milliseconds. */
    readonly at: number;
  };
}

interface Endpoint {
  readonly url: string;
  readonly host: string;
  pausedUntil: number;
  lastFault: EndpointHealth['lastFault'];
}

interface EndpointPoolOptions {
  readonly urls: readonly string[];
  readonly pauseMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Endpoints of one chain: the last good one first, those that failed lately last. */
export class EndpointPool {
  readonly #pauseMs: number;
  readonly #now: () => number;
  #endpoints: readonly Endpoint[];

  constructor({ urls, pauseMs, now }: EndpointPoolOptions) {
    this.#pauseMs = pauseMs;
    this.#now = now;
    this.#endpoints = urls.map((url) => {
      return { url, host: new URL(url).host, pausedUntil: 0, lastFault: undefined };
    });
  }

  get health(): EndpointHealth[] {
    const now = this.#now();
    return this.#endpoints.map(({ host, pausedUntil, lastFault }) => {
      return {
        host,
        ...(pausedUntil > now && { pausedUntil }),
        ...(lastFault !== undefined && { lastFault }),
      };
    });
  }

  /**
   * What the first endpoint that can do it gives; none is asked any more after `signal`. Throws the
   * ChainUnavailableError that names what each one tried did.
   */
  async first<T>(signal: AbortSignal, ask: (url: string) => Promise<T>): Promise<T> {
    const faults: ChainUnavailableError[] = [];
    for (const endpoint of this.#inOrder()) {
      if (signal.aborted) break;
      try {
        const answer = await ask(endpoint.url);
        this.#prefer(endpoint);
        return answer;
      } catch (error) {
        if (!(error instanceof ChainUnavailableError)) throw error;
        faults.push(this.#blame(endpoint, error));
      }
    }
    throw summary(faults);
  }

  #inOrder(): Endpoint[] {
    const now = this.#now();
    const until = ({ pausedUntil }: Endpoint) => (pausedUntil > now ? pausedUntil : 0);
    // Paused ones too: a late answer is better than none, and one of them may have recovered.
    return this.#endpoints.toSorted((a, b) => until(a) - until(b));
  }

  #prefer(endpoint: Endpoint): void {
    endpoint.pausedUntil = 0;
    this.#endpoints = [endpoint, ...this.#endpoints.filter((other) => other !== endpoint)];
  }

  #blame(endpoint: Endpoint, error: ChainUnavailableError): ChainUnavailableError {
    const at = this.#now();
    const reason = error.reason ?? 'Malformed';
    endpoint.pausedUntil = at + this.#pauseMs;
    endpoint.lastFault = { reason, message: error.message, at };
    return new ChainUnavailableError(`${reason} at ${endpoint.host}: ${error.message}`, {
      reason,
      cause: error,
    });
  }
}

function summary(faults: readonly ChainUnavailableError[]): ChainUnavailableError {
  const message = faults.map((fault) => fault.message).join('; ');
  return new ChainUnavailableError(message === '' ? 'no endpoint was asked in time' : message, {
    reason: faults[0]?.reason ?? 'Timeout',
    cause: faults[0]?.cause,
  });
}
