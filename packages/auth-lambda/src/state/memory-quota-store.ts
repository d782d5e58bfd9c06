import type { QuotaCharge, QuotaStore } from './quota-store.ts';

/** Quotas of one process. Only registered hotkeys are charged, so the subnet's size bounds it. */
export class MemoryQuotaStore implements QuotaStore {
  readonly #counts = new Map<string, number>();
  #newestDay = '';

  async charge({ hotkey, action, day, limit }: QuotaCharge): Promise<boolean> {
    if (day > this.#newestDay) {
      this.#counts.clear();
      this.#newestDay = day;
    }
    const key = `${day}/${action}/${hotkey}`;
    const count = this.#counts.get(key) ?? 0;
    if (count >= limit) return false;
    this.#counts.set(key, count + 1);
    return true;
  }
}
