import type { DataEntity } from '../data-entity.ts';
import { printDatetime } from '../datetime.ts';

/** Rebuilds an entity from a row; throws an Error that names the column that does not hold it. */
export function entityFromRow(row: Readonly<Record<string, unknown>>, source: number): DataEntity {
  const { uri, label = null, content } = row;
  if (typeof uri !== 'string') throw new Error('uri is missing');
  if (label !== null && typeof label !== 'string') throw new Error('label is no text');
  if (!(content instanceof Uint8Array)) throw new Error('content is missing');
  return {
    uri,
    datetime: datetimeOf(row),
    timeBucketId: safeInteger(row, 'time_bucket_id'),
    source,
    label,
    content,
    contentSizeBytes: safeInteger(row, 'content_size_bytes'),
  };
}

function datetimeOf({ datetime, datetime_text }: Readonly<Record<string, unknown>>): string {
  if (typeof datetime_text === 'string') return datetime_text;
  const printed = typeof datetime === 'bigint' ? printDatetime(datetime) : undefined;
  if (printed === undefined) throw new Error('datetime and datetime_text are both missing');
  return printed;
}

function safeInteger(row: Readonly<Record<string, unknown>>, column: string): number {
  const value = row[column];
  const number = typeof value === 'bigint' ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new Error(`${column} is no exact integer`);
  return number;
}
