const DATETIME =
  /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2})(?::(\d{2}))?)$/;

/**
 * Microseconds since 1970 of a text of the database, digits past the sixth cut off; undefined where
 * it names no moment. A text without an offset names none.
 */
export function parseDatetime(text: string): bigint | undefined {
  const match = DATETIME.exec(text);
  if (match === null) return undefined;
  const [, date, time, fraction = '', sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const local = `${date}T${time}`;
  const milliseconds = Date.parse(`${local}Z`);
  // Date.parse takes 30 February for 1 March.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(local))
    return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const unixSeconds = milliseconds / 1000 + (sign === '-' ? offset : -offset);
  return BigInt(unixSeconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}

/** The form the database has as a rule; undefined for moments outside the years 0 to 9999. */
export function printDatetime(microseconds: bigint): string | undefined {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const milliseconds = Number((microseconds - fraction) / 1000n);
  if (milliseconds < FIRST_MILLISECOND || milliseconds > LAST_MILLISECOND) return undefined;
  const iso = new Date(milliseconds).toISOString();
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`;
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${digits}+00:00`;
}

const FIRST_MILLISECOND = Date.parse('0000-01-01T00:00:00Z');
const LAST_MILLISECOND = Date.parse('9999-12-31T23:59:59Z');

/** Whole seconds since 1970, rounded down. */
export function unixSeconds(microseconds: bigint): number {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return Number((microseconds - fraction) / 1_000_000n);
}
