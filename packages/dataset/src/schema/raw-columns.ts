import type { SourceName } from '../source.ts';
import type { Column } from './columns.ts';
import { contentColumns } from './content-columns.ts';

/** What a row needs to come back as it was; the columns before them are for those who query. */
const ROUND_TRIP: readonly Column[] = [
  { name: 'uri', type: 'string', required: true },
  /** Null where `datetime`, printed as the database does, is the text of the database. */
  { name: 'datetime_text', type: 'string' },
  { name: 'time_bucket_id', type: 'integer', required: true },
  /** Null where it is the length of the content. */
  { name: 'content_size_bytes', type: 'integer' },
  /** Null where `content_form` says how to print it from the columns. */
  { name: 'content', type: 'bytes' },
  /** Null where the content is kept as it is. */
  { name: 'content_form', type: 'string' },
];

/** Columns of a raw data file: today's production columns in their order, then ours. */
export function rawColumns(source: SourceName): readonly Column[] {
  return [
    { name: 'datetime', type: 'timestamp' },
    { name: 'label', type: 'string' },
    ...contentColumns(source),
    ...ROUND_TRIP,
  ];
}
