import type { ByteList } from './columns/byte-list.ts';
import { copyBytes } from './columns/byte-list.ts';
import type { ContentStyle } from './content-form.ts';

/** The string found last; `style` and `unescaped` are those of the whole content. */
export interface StringScan {
  start: number;
  end: number;
  /** Its bytes are in `unescaped`, not where they were. */
  isEscaped: boolean;
  /** How characters beyond ASCII are printed; known as soon as one was met. */
  style: Exclude<ContentStyle, 'compact'> | undefined;
  readonly unescaped: ByteList;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const LETTER_U = 0x75;

/** By the byte behind the backslash, for those that `json.dumps` writes so. */
const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map([
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);
const HAS_SHORT_ESCAPE: ReadonlySet<number> = new Set(SHORT_ESCAPES.values());

/**
 * Scans a JSON string from its opening quote on, as `json.dumps` prints it and in no other spelling.
 * Returns where it ends, negative where it is none. Does not check that bytes beyond ASCII are UTF-8.
 */
export function scanString(
  bytes: Uint8Array,
  start: number,
  last: number,
  found: StringScan,
): number {
  if (bytes[start] !== QUOTE) return -1;
  for (let at = start + 1; at < last; at += 1) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      found.start = start + 1;
      found.end = at;
      found.isEscaped = false;
      return at + 1;
    }
    if (byte === BACKSLASH) return scanEscaped(bytes, start + 1, at, last, found);
    if (byte < 0x20) return -1;
    if (byte >= DELETE && !isOfStyle(found, 'utf8')) return -1;
  }
  return -1;
}

function isOfStyle(found: StringScan, style: 'ascii' | 'utf8'): boolean {
  found.style ??= style;
  return found.style === style;
}

function scanEscaped(
  bytes: Uint8Array,
  from: number,
  firstEscape: number,
  last: number,
  found: StringScan,
): number {
  const target = found.unescaped;
  const targetStart = target.length;
  let copied = from;
  let at = firstEscape;
  while (at < last) {
    const byte = bytes[at] as number;
    if (byte === QUOTE || byte === BACKSLASH) {
      target.reserve(at - copied + 4);
      copyBytes(bytes, copied, at, target.bytes, target.length);
      target.length += at - copied;
      if (byte === QUOTE) {
        found.start = targetStart;
        found.end = target.length;
        found.isEscaped = true;
        return at + 1;
      }
      at = scanEscape(bytes, at + 1, found);
      if (at < 0) return -1;
      copied = at;
      continue;
    }
    if (byte < 0x20) return -1;
    if (byte >= DELETE && !isOfStyle(found, 'utf8')) return -1;
    at += 1;
  }
  return -1;
}

/** `at` is behind the backslash; returns where the escape ends. */
function scanEscape(bytes: Uint8Array, at: number, found: StringScan): number {
  const kind = bytes[at] as number;
  if (kind !== LETTER_U) {
    const byte = SHORT_ESCAPES.get(kind);
    if (byte === undefined) return -1;
    found.unescaped.push(byte);
    return at + 1;
  }
  const unit = hexUnit(bytes, at + 1);
  if (unit < 0) return -1;
  if (unit < 0x20) {
    if (HAS_SHORT_ESCAPE.has(unit)) return -1;
    found.unescaped.push(unit);
    return at + 5;
  }
  if (unit < DELETE || !isOfStyle(found, 'ascii')) return -1;
  if (unit < 0xd800 || unit > 0xdfff) {
    pushCodePoint(found.unescaped, unit);
    return at + 5;
  }
  if (unit > 0xdbff || bytes[at + 5] !== BACKSLASH || bytes[at + 6] !== LETTER_U) return -1;
  const low = hexUnit(bytes, at + 7);
  if (low < 0xdc00 || low > 0xdfff) return -1;
  pushCodePoint(found.unescaped, 0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00));
  return at + 11;
}

/** Four hex digits, lower case; negative for others. */
function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let index = at; index < at + 4; index += 1) {
    const byte = bytes[index] as number;
    const digit = byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : byte - 0x30;
    if (!(digit >= 0 && digit <= 15) || (digit > 9 && byte < 0x61)) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

function pushCodePoint(target: ByteList, point: number): void {
  if (point < 0x80) target.push(point);
  else if (point < 0x800) {
    target.push(0xc0 | (point >> 6));
    target.push(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    target.push(0xe0 | (point >> 12));
    target.push(0x80 | ((point >> 6) & 0x3f));
    target.push(0x80 | (point & 0x3f));
  } else {
    target.push(0xf0 | (point >> 18));
    target.push(0x80 | ((point >> 12) & 0x3f));
    target.push(0x80 | ((point >> 6) & 0x3f));
    target.push(0x80 | (point & 0x3f));
  }
}
