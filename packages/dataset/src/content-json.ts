import type { ContentStyle } from './writing/content-form.ts';

/** What needs an escape with `ensure_ascii`, and without. */
const BEYOND_ASCII = /[^ !#-[\]-~]/;
const CONTROLS = /[^ !#-[\]-\uffff]/;
const NOT_PLAIN = { ascii: BEYOND_ASCII, utf8: CONTROLS, compact: CONTROLS } as const;
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const EVERY_NOT_PLAIN = {
  ascii: new RegExp(BEYOND_ASCII, 'g'),
  utf8: new RegExp(CONTROLS, 'g'),
  compact: new RegExp(CONTROLS, 'g'),
} as const;

export function printString(text: string, style: ContentStyle): string {
  if (!NOT_PLAIN[style].test(text)) return `"${text}"`;
  const escaped = text.replace(
    EVERY_NOT_PLAIN[style],
    (unit) => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

/**
 * A float as Python's `repr` or JavaScript prints it, undefined where the two differ in more than `.0`:
 * far from 1 they change to exponents at other points.
 */
export function printFloat(value: number, style: ContentStyle): string | undefined {
  const size = Math.abs(value);
  if (Object.is(value, -0) || !(size === 0 || (size >= 1e-4 && size < 1e16))) return undefined;
  return Number.isInteger(value) && style !== 'compact' ? `${value}.0` : String(value);
}
