import type { LedgerFile } from '../ledger/ledger-records.ts';

/** When files are merged. */
export interface Compaction {
  /** So many files of about one size make one; default 8. */
  readonly minFiles?: number | undefined;
  /** Only files whose newest hour is that old, hours; default 24: younger ones still change. */
  readonly minAgeHours?: number | undefined;
}

export interface MergeLimits extends Compaction {
  /** The current hour. */
  readonly now: number;
  readonly maxRowsPerFile: number;
}

/** Rows and bytes that are merged at once, in memory. */
const MAX_ROWS = 100_000;
const MAX_BYTES = 24 * 1024 * 1024;
const MAX_FILES = 64;
/** Files are of about one size where one has fewer than so many times the rows of the other. */
const TIER = 8;
/** Every checkpoint lists every range of masked rows: beyond so many the file with most is written anew. */
const MAX_MASK_RANGES = 50_000;

/**
 * The files to write anew as one, undefined where none are worth it. By tiers of size, so that over the
 * years a row is rewritten a handful of times, however often a little is published.
 */
export function nextMerge(
  files: readonly LedgerFile[],
  { now, maxRowsPerFile, minFiles = 8, minAgeHours = 24 }: MergeLimits,
): LedgerFile[] | undefined {
  const maxRows = Math.min(maxRowsPerFile, MAX_ROWS);
  const tiers = new Map<number, LedgerFile[]>();
  for (const held of files) {
    if (held.file.bucket_end > now - minAgeHours) continue;
    if (held.liveRows < 1 || held.liveRows > maxRows / 2 || liveBytes(held) > MAX_BYTES / 2)
      continue;
    const tier = Math.floor(Math.log(held.liveRows) / Math.log(TIER));
    tiers.set(tier, [...(tiers.get(tier) ?? []), held]);
  }
  for (const [, tier] of [...tiers].sort(([a], [b]) => a - b)) {
    if (tier.length < minFiles) continue;
    const group = fitting(tier, maxRows);
    if (group.length > 1) return group;
  }
  const ranges = files.reduce((sum, { masked }) => sum + masked.length, 0);
  if (ranges <= MAX_MASK_RANGES) return undefined;
  return files.toSorted((a, b) => b.masked.length - a.masked.length).slice(0, 1);
}

/** The files of the oldest hours that fit into one. */
function fitting(tier: readonly LedgerFile[], maxRows: number): LedgerFile[] {
  const group: LedgerFile[] = [];
  let [rows, bytes] = [0, 0];
  for (const held of tier.toSorted((a, b) => a.file.bucket_start - b.file.bucket_start)) {
    rows += held.liveRows;
    bytes += liveBytes(held);
    if (group.length === MAX_FILES || rows > maxRows || bytes > MAX_BYTES) break;
    group.push(held);
  }
  return group;
}

function liveBytes({ file, liveRows }: LedgerFile): number {
  return file.rows === 0 ? 0 : (file.size * liveRows) / file.rows;
}
