import type { MinerDatabase } from '../database/miner-database.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LeftOut } from '../report.ts';

/** What of the database is published: all of it where a limit is undefined. */
export interface WindowLimits {
  /** Rows of days before the last so many, UTC, are not published. */
  readonly retentionDays?: number | undefined;
  /** Rows, of whole hours, the newest first; the newest hour is always published. */
  readonly maxRows?: number | undefined;
  /** Bytes of content, likewise. */
  readonly maxBytes?: number | undefined;
}

const HOURS_OF_DAY = 24;
const DAY_MS = 86_400_000;

interface Look {
  readonly database: MinerDatabase;
  readonly ledger: Ledger;
  readonly clock: () => Date;
  readonly signal: AbortSignal | undefined;
  readonly warnings: string[];
}

/** Restricts the database to its newest rows, and tells what that leaves out. */
export async function restrict(look: Look, limits: WindowLimits): Promise<LeftOut> {
  const { database, signal, warnings } = look;
  const nothing: LeftOut = { rows: 0, hours: 0, before: null, because: null };
  const { maxRows, maxBytes } = limits;
  const expired = expiryOf(look, limits);
  if (expired === undefined && maxRows === undefined && maxBytes === undefined) return nothing;

  let [rows, bytes, leftOutRows, leftOutHours] = [0, 0, 0, 0];
  let first: number | undefined;
  let because: LeftOut['because'] = null;
  for await (const hour of database.sizes(signal)) {
    if (because === null) {
      if (expired !== undefined && hour.bucketId < expired) because = 'retention';
      else if (first !== undefined && rows + hour.rows > (maxRows ?? Infinity)) because = 'maxRows';
      else if (first !== undefined && bytes + hour.bytes > (maxBytes ?? Infinity))
        because = 'maxBytes';
    }
    if (because === null) {
      first = hour.bucketId;
      rows += hour.rows;
      bytes += hour.bytes;
    } else {
      leftOutRows += hour.rows;
      leftOutHours += 1;
    }
  }
  database.firstBucket =
    because === 'retention' || because === null ? (expired ?? -Infinity) : (first ?? -Infinity);
  if (because === 'maxRows' || because === 'maxBytes') {
    const limit = because === 'maxRows' ? `${maxRows} rows` : `${maxBytes} bytes of content`;
    warnings.push(
      `The limit of ${limit} keeps the newest: ${leftOutRows} rows of ${leftOutHours} hours before ${hourText(database.firstBucket)} are not published`,
    );
  }
  const before = Number.isFinite(database.firstBucket) ? database.firstBucket : null;
  return { rows: leftOutRows, hours: leftOutHours, before, because };
}

/** The first hour that retention leaves, at a day's beginning: a run in every hour would mask an hour each. */
function expiryOf(
  { database, ledger, clock, warnings }: Look,
  { retentionDays }: WindowLimits,
): number | undefined {
  if (retentionDays === undefined) return undefined;
  const day = Math.floor(clock().getTime() / DAY_MS) - retentionDays;
  const expired = day * HOURS_OF_DAY;
  const newest = Math.max(
    database.newestBucket() ?? -Infinity,
    ledger.published.newestBucket() ?? -Infinity,
  );
  if (newest >= expired || newest === -Infinity) return expired;
  warnings.push(
    `Every row is older than ${retentionDays} days by this machine's clock (${clock().toISOString()}): nothing is retired. Check the clock, or whether the database still grows`,
  );
  return undefined;
}

function hourText(bucketId: number): string {
  return `${new Date(bucketId * 3_600_000).toISOString().slice(0, 13)}:00 UTC`;
}
