import type { PresignedGrant, PresignedRequest } from './access-response.ts';
import { canonicalJson } from './canonical-json.ts';
import { MAX_OPERATIONS, type StoreOperation } from './store-operation.ts';

export interface PresignedRequestsOptions {
  readonly presign: (
    operations: readonly StoreOperation[],
    signal: AbortSignal,
  ) => Promise<PresignedGrant>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Throws where an answer is not to be used. */
  readonly check?: ((grant: PresignedGrant) => void) | undefined;
}

interface Entry {
  readonly request: Promise<PresignedRequest>;
  /** In milliseconds since 1970; until it is known, for as long as its answer takes. */
  freshUntil: number;
}

interface Waiting {
  readonly name: string;
  readonly operation: StoreOperation;
  readonly resolve: (request: PresignedRequest) => void;
  readonly reject: (error: unknown) => void;
}

/** Of JSON, in UTF-8: a request has 8,192 bytes, and says more than its operations. */
const MAX_BATCH_BYTES = 6_000;
const MAX_KEPT = 4_000;
/** A signature is used in the first part of its life: it has to be good when the store gets to see it. */
const FRESH_PART = 0.75;

/**
 * Signed requests of one scope: what is wanted at the same time is asked for together, and each
 * signature is used again until shortly before it expires. What it throws is an AccessError.
 */
export class PresignedRequests {
  readonly #options: PresignedRequestsOptions;
  readonly #known = new Map<string, Entry>();
  readonly #closing = new AbortController();
  #waiting: Waiting[] = [];

  constructor(options: PresignedRequestsOptions) {
    this.#options = options;
  }

  /** The operation, signed. `likely` are asked for with it, where it has to be asked for. */
  request(
    operation: StoreOperation,
    likely: readonly StoreOperation[] = [],
  ): Promise<PresignedRequest> {
    const known = this.#freshOf(canonicalJson(operation));
    if (known !== undefined) return known;
    const wanted = this.#enqueue(operation);
    for (const other of likely) {
      if (this.#freshOf(canonicalJson(other)) !== undefined) continue;
      // Nobody may ever ask for it: its failure is not news.
      this.#enqueue(other).catch(() => undefined);
    }
    return wanted;
  }

  /** The store has refused it: it is not used again. */
  forget(operation: StoreOperation): void {
    this.#known.delete(canonicalJson(operation));
  }

  /** Gives up what is under way. */
  close(): void {
    this.#closing.abort();
  }

  #freshOf(name: string): Promise<PresignedRequest> | undefined {
    const entry = this.#known.get(name);
    return entry !== undefined && this.#options.clock() < entry.freshUntil
      ? entry.request
      : undefined;
  }

  #enqueue(operation: StoreOperation): Promise<PresignedRequest> {
    const name = canonicalJson(operation);
    // Everything that is asked for in this turn of the event loop goes together.
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    const request = new Promise<PresignedRequest>((resolve, reject) => {
      this.#waiting.push({ name, operation, resolve, reject });
    });
    this.#known.delete(name);
    this.#known.set(name, { request, freshUntil: Number.POSITIVE_INFINITY });
    this.#dropOldest();
    return request;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const batch of batchesOf(waiting)) void this.#ask(batch);
  }

  async #ask(batch: readonly Waiting[]): Promise<void> {
    const { presign, clock, check } = this.#options;
    const operations = batch.map(({ operation }) => operation);
    try {
      const askedAt = clock();
      const grant = await presign(operations, this.#closing.signal);
      check?.(grant);
      const { requests, expiration } = grant;
      const life = Date.parse(expiration) - askedAt;
      for (const [index, { name, resolve, reject }] of batch.entries()) {
        const request = requests[index];
        if (request === undefined) reject(new TypeError('fewer answers than questions'));
        else resolve(request);
        const entry = this.#known.get(name);
        if (entry !== undefined) entry.freshUntil = askedAt + life * FRESH_PART;
      }
    } catch (error) {
      for (const { name, reject } of batch) {
        this.#known.delete(name);
        reject(error);
      }
    }
  }

  /** Oldest first: a Map keeps the order of insertion. */
  #dropOldest(): void {
    for (const name of this.#known.keys()) {
      if (this.#known.size <= MAX_KEPT) return;
      this.#known.delete(name);
    }
  }
}

/** As many as a request takes, by number and by length. */
function batchesOf(waiting: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let batch: Waiting[] = [];
  let bytes = 0;
  for (const one of waiting) {
    const length = Buffer.byteLength(one.name) + 1;
    const full = batch.length >= MAX_OPERATIONS || bytes + length > MAX_BATCH_BYTES;
    if (full && batch.length > 0) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(one);
    bytes += length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
