import { dayBefore } from '../day-before.ts';
import type { QuotaCharge, QuotaStore } from '../quota-store.ts';
import type { StateFile } from './state-file.ts';

/** Days that are over leave a few rows at a time. */
const SWEPT_WITH_A_CHARGE = 4;

/** Quotas of the processes of one machine. */
export class SqliteQuotaStore implements QuotaStore {
  readonly #file: StateFile;

  constructor(file: StateFile) {
    this.#file = file;
  }

  async charge(charge: QuotaCharge, signal?: AbortSignal): Promise<boolean> {
    const { hotkey, action, day, limit } = charge;
    if (limit < 1) return false;
    return await this.#file.write(() => {
      this.#file
        .prepare(
          `DELETE FROM quota WHERE (day, hotkey, action) IN
           (SELECT day, hotkey, action FROM quota WHERE day < ? ORDER BY day LIMIT ?)`,
        )
        .run(dayBefore(day), SWEPT_WITH_A_CHARGE);
      const { changes } = this.#file
        .prepare(
          `INSERT INTO quota VALUES (@day, @hotkey, @action, 1)
           ON CONFLICT DO UPDATE SET count = count + 1 WHERE count < @limit`,
        )
        .run({ hotkey, action, day, limit });
      return changes === 1;
    }, signal);
  }
}
