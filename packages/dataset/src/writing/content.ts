import { isUtf8 } from 'node:buffer';
import type { OddityCounts } from '../oddities.ts';
import type { ContentColumn } from '../schema/content-columns.ts';

/** A value as a column takes it; null also where the content has another type. */
export type Cell = string | bigint | number | boolean | readonly string[] | Uint8Array | null;

/** Of one list: far more than any post has, few enough for a reader's memory. */
export const MAX_LIST_ITEMS = 100_000;

export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object in the content; undefined and counted where there is none. */
export function parseContent(content: Uint8Array, oddities: OddityCounts): JsonObject | undefined {
  if (!isUtf8(content)) {
    oddities.notUtf8 += 1;
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(
      Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8'),
    );
  } catch {
    oddities.notJson += 1;
    return undefined;
  }
  if (isJsonObject(value)) return value;
  oddities.notObject += 1;
  return undefined;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a field for its column. */
export function contentCell(
  object: JsonObject,
  column: ContentColumn,
  oddities: OddityCounts,
): Cell {
  if (!Object.hasOwn(object, column.name)) {
    if (column.expected) oddities.missingField += 1;
    return null;
  }
  const value = object[column.name];
  if (value === null) return null;
  const cell = typedCell(column.type, value);
  if (typeof cell !== 'object' || !('oddity' in cell)) return cell;
  oddities[cell.oddity] += 1;
  return null;
}

interface Odd {
  readonly oddity: 'wrongType' | 'inexactNumber' | 'illFormedText';
}

const WRONG_TYPE: Odd = { oddity: 'wrongType' };
const INEXACT: Odd = { oddity: 'inexactNumber' };
const ILL_FORMED: Odd = { oddity: 'illFormedText' };

function typedCell(
  type: ContentColumn['type'],
  value: unknown,
): string | bigint | number | boolean | readonly string[] | Odd {
  switch (type) {
    case 'string':
      if (typeof value !== 'string') return WRONG_TYPE;
      return value.isWellFormed() ? value : ILL_FORMED;
    case 'integer':
      if (typeof value !== 'number') return WRONG_TYPE;
      if (Number.isSafeInteger(value)) return BigInt(value);
      // JSON.parse makes infinity of what exceeds a double.
      return Number.isInteger(value) || !Number.isFinite(value) ? INEXACT : WRONG_TYPE;
    case 'number':
      if (typeof value !== 'number') return WRONG_TYPE;
      return Number.isFinite(value) ? value : INEXACT;
    case 'boolean':
      return typeof value === 'boolean' ? value : WRONG_TYPE;
    case 'strings':
      return stringsCell(value);
  }
}

function stringsCell(value: unknown): readonly string[] | Odd {
  if (!Array.isArray(value)) return WRONG_TYPE;
  const items: readonly unknown[] = value;
  if (items.length > MAX_LIST_ITEMS) return WRONG_TYPE;
  if (!items.every((item) => typeof item === 'string')) return WRONG_TYPE;
  return items.every((item) => item.isWellFormed()) ? items : ILL_FORMED;
}
