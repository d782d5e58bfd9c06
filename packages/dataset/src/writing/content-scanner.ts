import { isUtf8 } from 'node:buffer';
import { printFloat } from '../content-json.ts';
import type { ContentColumn } from '../schema/content-columns.ts';
import { ByteList } from './columns/byte-list.ts';
import { MAX_LIST_ITEMS } from './content.ts';
import { type ContentForm, ContentForms } from './content-form.ts';
import { type StringScan, scanString } from './scan-string.ts';

/** What a field's value is, and where its bytes are. */
export const FIELD = {
  null: 0,
  /** Text in the content itself. */
  text: 1,
  /** Text in `unescaped`. */
  unescaped: 2,
  integer: 3,
  number: 4,
  true: 5,
  false: 6,
  /** Items `[starts, ends)` of `items`. */
  list: 7,
} as const;

const COMMA = 0x2c;
const SPACE = 0x20;
const MINUS = 0x2d;
const POINT = 0x2e;
const CLOSE_LIST = 0x5d;
const OPEN_LIST = 0x5b;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** Python prints no double longer, and 16 digits still fit an integer column. */
const MAX_NUMBER_BYTES = 25;

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/**
 * Reads content that is exactly as Python's `json.dumps` or `JSON.stringify` prints an object of a source's own fields, each
 * of its column's type. Such content can be printed again from its columns, byte for byte; whatever else
 * it is, `scan` says false, and the slow way takes it. Values stay where they are: bytes, not strings.
 */
export class ContentScanner {
  /** Of each field in its order: its column, what it is, where it is. */
  readonly fields: Uint8Array;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly numbers: Float64Array;
  count = 0;
  /** Items of lists, three numbers each: 1 where in `unescaped`, start, end. */
  items = new Int32Array(96);
  readonly unescaped = new ByteList(256);

  readonly #columns: readonly ContentColumn[];
  /** `"name":`, column by column. */
  readonly #keys: readonly Buffer[];
  /** Which column came last after this one; rows are alike. */
  readonly #next: Uint8Array;
  readonly #seen: Int32Array;
  readonly #forms: ContentForms;
  readonly #string: StringScan;
  #row = 0;
  /** Whether a space follows each comma and colon; the first colon tells. */
  #isSpaced = true;
  #itemCount = 0;

  constructor(columns: readonly ContentColumn[]) {
    this.#columns = columns;
    this.#keys = columns.map(({ name }) => Buffer.from(`"${name}":`));
    const size = columns.length;
    this.fields = new Uint8Array(size);
    this.kinds = new Uint8Array(size);
    this.starts = new Int32Array(size);
    this.ends = new Int32Array(size);
    this.numbers = new Float64Array(size);
    this.#next = new Uint8Array(size + 1);
    this.#seen = new Int32Array(size);
    this.#forms = new ContentForms(columns);
    this.#string = {
      start: 0,
      end: 0,
      isEscaped: false,
      style: undefined,
      unescaped: this.unescaped,
    };
  }

  /** The form of the content; undefined where it has to be kept as it is. */
  scan(bytes: Uint8Array, start: number, end: number): ContentForm | undefined {
    this.count = 0;
    this.#itemCount = 0;
    this.#row = (this.#row + 1) | 0;
    this.unescaped.clear();
    this.#string.style = undefined;
    this.#isSpaced = true;
    if (!this.#scanObject(bytes, start, end)) return undefined;
    const { style } = this.#string;
    if (style === 'utf8' && !isUtf8(bytes.subarray(start, end))) return undefined;
    const printed = this.#isSpaced ? (style ?? 'ascii') : 'compact';
    return this.#forms.find(this.fields, this.count, printed);
  }

  #scanObject(bytes: Uint8Array, start: number, end: number): boolean {
    if (bytes[start] !== OPEN || bytes[end - 1] !== CLOSE || end - start < 2) return false;
    let at = start + 1;
    const last = end - 1;
    if (at === last) return true;
    let previous = this.#columns.length;
    for (;;) {
      const column = this.#columnAt(bytes, at, previous);
      if (column < 0 || this.#seen[column] === this.#row) return false;
      this.#seen[column] = this.#row;
      this.#next[previous] = column;
      previous = column;
      this.fields[this.count] = column;
      at += (this.#keys[column] as Buffer).byteLength;
      if (this.count === 0) this.#learnSpacing(bytes[at] === SPACE);
      at = this.#scanValue(bytes, this.#behindSpace(bytes, at), last, column);
      if (at < 0) return false;
      this.count += 1;
      if (at === last) return true;
      if (bytes[at] !== COMMA) return false;
      at = this.#behindSpace(bytes, at + 1);
    }
  }

  #learnSpacing(isSpaced: boolean): void {
    this.#isSpaced = isSpaced;
    if (!isSpaced) this.#string.style = 'utf8';
  }

  /** One behind the end where there should be a space and is none: nothing is found there. */
  #behindSpace(bytes: Uint8Array, at: number): number {
    if (!this.#isSpaced) return at;
    return bytes[at] === SPACE ? at + 1 : bytes.byteLength;
  }

  #columnAt(bytes: Uint8Array, at: number, previous: number): number {
    const guess = this.#next[previous] as number;
    if (startsWith(bytes, at, this.#keys[guess] as Buffer)) return guess;
    for (let column = 0; column < this.#keys.length; column += 1)
      if (startsWith(bytes, at, this.#keys[column] as Buffer)) return column;
    return -1;
  }

  /** Where the value ends, negative where it is none of the column's. */
  #scanValue(bytes: Uint8Array, at: number, last: number, column: number): number {
    if (at >= last) return -1;
    if (startsWith(bytes, at, NULL)) return this.#found(FIELD.null, at, at + NULL.byteLength);
    switch ((this.#columns[column] as ContentColumn).type) {
      case 'string':
        return this.#scanText(bytes, at, last);
      case 'strings':
        return this.#scanList(bytes, at, last);
      case 'integer':
        return this.#scanInteger(bytes, at);
      case 'number':
        return this.#scanNumber(bytes, at);
      case 'boolean':
        if (startsWith(bytes, at, TRUE)) return this.#found(FIELD.true, at, at + TRUE.byteLength);
        if (startsWith(bytes, at, FALSE))
          return this.#found(FIELD.false, at, at + FALSE.byteLength);
        return -1;
    }
  }

  #found(kind: number, start: number, end: number): number {
    this.kinds[this.count] = kind;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    return end;
  }

  #scanText(bytes: Uint8Array, at: number, last: number): number {
    const found = this.#string;
    const end = scanString(bytes, at, last, found);
    if (end < 0) return -1;
    this.#found(found.isEscaped ? FIELD.unescaped : FIELD.text, found.start, found.end);
    return end;
  }

  #scanList(bytes: Uint8Array, start: number, last: number): number {
    if (bytes[start] !== OPEN_LIST) return -1;
    const first = this.#itemCount;
    let at = start + 1;
    if (bytes[at] !== CLOSE_LIST)
      for (;;) {
        const found = this.#string;
        at = scanString(bytes, at, last, found);
        if (at < 0) return -1;
        if (this.#itemCount - first === MAX_LIST_ITEMS) return -1;
        this.#pushItem(found);
        if (bytes[at] === CLOSE_LIST) break;
        if (bytes[at] !== COMMA) return -1;
        at = this.#behindSpace(bytes, at + 1);
      }
    this.#found(FIELD.list, first, this.#itemCount);
    return at + 1;
  }

  #pushItem({ isEscaped, start, end }: StringScan): void {
    const at = 3 * this.#itemCount;
    if (at === this.items.length) {
      const larger = new Int32Array(2 * at);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[at] = isEscaped ? 1 : 0;
    this.items[at + 1] = start;
    this.items[at + 2] = end;
    this.#itemCount += 1;
  }

  #scanInteger(bytes: Uint8Array, start: number): number {
    const negative = bytes[start] === MINUS;
    const first = negative ? start + 1 : start;
    let at = first;
    let value = 0;
    for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, at)) {
      value = value * 10 + digit;
      at += 1;
    }
    const hasLeadingZero = at - first > 1 && bytes[first] === 0x30;
    if (at === first || at - first > 16 || hasLeadingZero) return -1;
    if (value > Number.MAX_SAFE_INTEGER || (negative && value === 0)) return -1;
    this.numbers[this.count] = negative ? -value : value;
    return this.#found(FIELD.integer, start, at);
  }

  #scanNumber(bytes: Uint8Array, start: number): number {
    let at = start;
    let text = '';
    while (at - start <= MAX_NUMBER_BYTES) {
      const byte = bytes[at] as number;
      if (byte !== MINUS && byte !== POINT && digitAt(bytes, at) < 0) break;
      text += String.fromCharCode(byte);
      at += 1;
    }
    const value = Number(text);
    if (printFloat(value, this.#isSpaced ? 'ascii' : 'compact') !== text) return -1;
    this.numbers[this.count] = value;
    return this.#found(FIELD.number, start, at);
  }
}

function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] as number) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

function startsWith(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index += 1)
    if (bytes[at + index] !== expected[index]) return false;
  return true;
}
