import type { QuotaCharge, QuotaStore } from '../quota-store.ts';
import type { DynamoTable } from './dynamo-table.ts';

const DAY_SECONDS = 86_400;
/** After the day has begun: two more for clocks, time zones of people who look, and late answers. */
const KEPT_DAYS = 3;

/** Quotas of all instances: an item for each hotkey, action and day. */
export class DynamoQuotaStore implements QuotaStore {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async charge(
    { hotkey, action, day, limit }: QuotaCharge,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (limit < 1) return false;
    const expires = Date.parse(`${day}T00:00:00Z`) / 1000 + KEPT_DAYS * DAY_SECONDS;
    const write = {
      operation: 'UpdateItem',
      pk: `quota#${hotkey}#${action}#${day}`,
      update: 'ADD #count :one SET #expires = :expires, #claim = :claim',
      // By the second half an attempt that is repeated is not counted again.
      condition:
        '(attribute_not_exists(#count) OR #count < :limit) AND (attribute_not_exists(#claim) OR #claim <> :claim)',
      names: { '#count': 'count', '#expires': 'expires' },
      values: {
        ':one': { N: '1' },
        ':limit': { N: String(limit) },
        ':expires': { N: String(expires) },
      },
    } as const;
    return await this.#table.write(write, signal);
  }
}
