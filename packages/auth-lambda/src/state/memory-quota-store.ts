import { dayBefore } from './day-before.ts';
import type { QuotaCharge, QuotaStore } from './quota-store.ts';

/** Quotas of one process. Only registered hotkeys are charged, so the subnet's size bounds it. */
export class MemoryQuotaStore implements QuotaStore {
  readonly #days = new Map<string, Map<string, number>>();

  async charge({ hotkey, action, day, limit }: QuotaCharge): Promise<boolean> {
    const counts = this.#countsOf(day);
    const key = `${action}/${hotkey}`;
    const count = counts.get(key) ?? 0;
    if (count >= limit) return false;
    counts.set(key, count + 1);
    return true;
  }

  #countsOf(day: string): Map<string, number> {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const counts = new Map<string, number>();
    this.#days.set(day, counts);
    const kept = dayBefore(day);
    for (const other of this.#days.keys()) if (other < kept) this.#days.delete(other);
    return counts;
  }
}
