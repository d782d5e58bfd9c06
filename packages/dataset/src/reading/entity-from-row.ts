import type { DataEntity } from '../data-entity.ts';
import { printDatetime } from '../datetime.ts';
import type { ContentPrinter } from './rebuild-content.ts';

/** Rebuilds an entity from a row; throws an Error that names the column that does not hold it. */
export function entityFromRow(
  row: Readonly<Record<string, unknown>>,
  source: number,
  printer: ContentPrinter,
): DataEntity {
  const { uri, label = null } = row;
  if (typeof uri !== 'string') throw new Error('uri is missing');
  if (label !== null && typeof label !== 'string') throw new Error('label is no text');
  const content = contentOf(row, printer);
  return {
    uri,
    datetime: datetimeOf(row),
    timeBucketId: safeInteger(row, 'time_bucket_id'),
    source,
    label,
    content,
    contentSizeBytes:
      (row.content_size_bytes ?? null) === null
        ? content.byteLength
        : safeInteger(row, 'content_size_bytes'),
  };
}

function contentOf(row: Readonly<Record<string, unknown>>, printer: ContentPrinter): Uint8Array {
  const { content = null, content_form = null } = row;
  if (content instanceof Uint8Array && content_form === null) return content;
  if (content === null && typeof content_form === 'string') return printer.print(content_form, row);
  throw new Error('content and content_form are both missing, or both there');
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
