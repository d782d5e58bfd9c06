import { type DataEntity, type ManifestFile, parseDatetime } from '@data-universe/dataset';
import { QueryError } from './query-error.ts';

/** `[start, end)`. */
export interface DateRange {
  readonly start: Date;
  readonly end: Date;
}

const MICROSECONDS_PER_HOUR = 3_600_000_000n;

/** Throws QueryError. */
export function assertDateRange({ start, end }: DateRange): void {
  if (Number.isNaN(start.getTime()) || Number.isNaN(end.getTime()))
    throw new QueryError('an end of the date range is an invalid Date');
  if (start > end)
    throw new QueryError(
      `the date range ends (${end.toISOString()}) before it starts (${start.toISOString()})`,
    );
}

/** Milliseconds of the first and last moment that a Date can be. */
const MAX_DATE = 8.64e15;

/**
 * What a file spans: the times of its rows, or their time buckets where none has a time that can be
 * read. A miner may sign any numbers: those beyond a Date end at the last one.
 */
export function timeSpan(file: ManifestFile): DateRange {
  const dated = file.time_end > file.time_start;
  const [start, end] = dated
    ? [file.time_start, file.time_end]
    : [file.bucket_start * 3_600, file.bucket_end * 3_600];
  return { start: dateOf(start), end: dateOf(end) };
}

function dateOf(seconds: number): Date {
  return new Date(Math.max(-MAX_DATE, Math.min(seconds * 1_000, MAX_DATE)));
}

/** Whether a file may hold rows of the range: of their own time, or of their bucket's. */
export function mayHoldRange(file: ManifestFile, { start, end }: DateRange): boolean {
  const overlaps = (from: number, to: number) =>
    from * 1_000 < end.getTime() && to * 1_000 > start.getTime();
  return (
    overlaps(file.time_start, file.time_end) ||
    overlaps(file.bucket_start * 3_600, file.bucket_end * 3_600)
  );
}

/** An entity whose time can't be read counts at the start of its time bucket. */
export function isWithin(entity: DataEntity, { start, end }: DateRange): boolean {
  const time =
    parseDatetime(entity.datetime) ?? BigInt(entity.timeBucketId) * MICROSECONDS_PER_HOUR;
  return time >= BigInt(start.getTime()) * 1_000n && time < BigInt(end.getTime()) * 1_000n;
}
