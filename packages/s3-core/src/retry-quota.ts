import type { StorageError } from '@data-universe/storage-core';

const CAPACITY = 500;
const REPEAT_COSTS = 5;
/** A store that answers nothing at all is hit hardest by repeats. */
const SILENT_REPEAT_COSTS = 10;
const SUCCESS_BRINGS = 1;

/**
 * Tokens for repeats, shared by every request of a backend: while a store fails everyone, the
 * backend soon stops repeating, and takes it up again as requests succeed.
 */
export class RetryQuota {
  #tokens = CAPACITY;

  /** Takes what repeating after this error costs, or returns undefined where there is too little left. */
  take(error: StorageError): number | undefined {
    const cost = error.code === 'Unavailable' ? SILENT_REPEAT_COSTS : REPEAT_COSTS;
    if (cost > this.#tokens) return undefined;
    this.#tokens -= cost;
    return cost;
  }

  /** A request succeeded, after a repeat that had cost so much. */
  giveBack(cost: number): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + Math.max(cost, SUCCESS_BRINGS));
  }
}
