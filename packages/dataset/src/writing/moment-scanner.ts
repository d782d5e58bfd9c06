import { parseDatetime, printDatetime } from '../datetime.ts';
import type { RowView } from './row-view.ts';

const DIGIT_0 = 0x30;
/** Of each month; the slow way knows of leap years. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const SECONDS_A_DAY = 86_400;

/** What a datetime of the database says, scanned from its bytes; used for row after row. */
export class MomentScanner {
  /** Whether it names a moment at all. */
  found = false;
  /** Whether the moment, printed as the database does, is the text again. */
  canonical = false;
  /** Whole seconds since 1970, rounded down. */
  seconds = 0;
  /** 0 to 999,999. */
  microseconds = 0;

  scan(row: RowView): void {
    this.found = true;
    this.canonical = true;
    if (this.#scanCommon(row.bytes, row.datetimeStart, row.datetimeEnd)) return;
    const text = row.text(row.datetimeStart, row.datetimeEnd);
    const moment = parseDatetime(text);
    this.found = moment !== undefined;
    this.canonical = moment !== undefined && printDatetime(moment) === text;
    if (moment === undefined) return;
    const fraction = ((moment % 1_000_000n) + 1_000_000n) % 1_000_000n;
    this.seconds = Number((moment - fraction) / 1_000_000n);
    this.microseconds = Number(fraction);
  }

  /** `YYYY-MM-DD HH:MM:SS[.ffffff]+00:00`; false for all else, which the slow way looks at. */
  #scanCommon(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length !== 25 && length !== 32) return false;
    const year = number(bytes, start, 4);
    const month = number(bytes, start + 5, 2);
    const day = number(bytes, start + 8, 2);
    const hour = number(bytes, start + 11, 2);
    const minute = number(bytes, start + 14, 2);
    const second = number(bytes, start + 17, 2);
    const fraction = length === 32 ? number(bytes, start + 20, 6) : 0;
    const isValid =
      year >= 0 &&
      month >= 1 &&
      month <= 12 &&
      day >= 1 &&
      day <= (DAYS[month - 1] ?? 0) &&
      hour >= 0 &&
      hour <= 23 &&
      minute >= 0 &&
      minute <= 59 &&
      second >= 0 &&
      second <= 59 &&
      (length === 32 ? fraction > 0 : true) &&
      hasSeparators(bytes, start, end);
    if (!isValid) return false;
    this.seconds =
      daysSince1970(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
    this.microseconds = fraction;
    return true;
  }
}

/** Negative where a byte is no digit. */
function number(bytes: Uint8Array, start: number, digits: number): number {
  let value = 0;
  for (let index = start; index < start + digits; index += 1) {
    const digit = (bytes[index] as number) - DIGIT_0;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function hasSeparators(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    bytes[start + 4] === 0x2d &&
    bytes[start + 7] === 0x2d &&
    bytes[start + 10] === 0x20 &&
    bytes[start + 13] === 0x3a &&
    bytes[start + 16] === 0x3a &&
    (end - start === 25 || bytes[start + 19] === 0x2e) &&
    bytes[end - 6] === 0x2b &&
    bytes[end - 5] === DIGIT_0 &&
    bytes[end - 4] === DIGIT_0 &&
    bytes[end - 3] === 0x3a &&
    bytes[end - 2] === DIGIT_0 &&
    bytes[end - 1] === DIGIT_0
  );
}

/** Of the Gregorian calendar, which is what Date counts by. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
