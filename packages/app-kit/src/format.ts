const LOCALE = 'en';
const STEP = 1000;
const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

const counts = new Intl.NumberFormat(LOCALE);
const byteFormats = BYTE_UNITS.map(
  (unit) =>
    new Intl.NumberFormat(LOCALE, {
      style: 'unit',
      unit,
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      maximumSignificantDigits: 3,
    }),
);

/** `7,316` */
export function formatCount(count: number | bigint): string {
  return counts.format(count);
}

/** `512 bytes`, `1.23 MB`: decimal units, three digits. */
export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  // 999.5 would be rounded to 1,000 of its unit.
  while (Math.abs(value) >= STEP - 0.5 && unit < BYTE_UNITS.length - 1) {
    value /= STEP;
    unit++;
  }
  return byteFormats[unit]?.format(value) ?? String(bytes);
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** A span in milliseconds: `850 ms`, `1.2 s`, `2 min 5 s`, `3 h 20 min`: the two largest units. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'unknown';
  const span = Math.max(0, milliseconds);
  if (Math.round(span) < 1000) return `${Math.round(span)} ms`;
  if (span < 9_950) return `${Number((span / 1000).toFixed(1))} s`;
  const seconds = Math.round(span / 1000);
  const largest = UNITS.findIndex(([, size]) => seconds >= size);
  const [name, size] = UNITS[largest] ?? ['s', 1];
  const next = UNITS[largest + 1];
  if (next === undefined) return `${seconds} ${name}`;
  const [nextName, nextSize] = next;
  const inNext = Math.round(seconds / nextSize);
  const perUnit = size / nextSize;
  const rest = inNext % perUnit;
  const whole = Math.floor(inNext / perUnit);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${nextName}`;
}
