import type { SourceName } from '../source.ts';
import type { Column } from './columns.ts';
import { contentColumns } from './content-columns.ts';

/** What a row needs to come back as it was; the columns before them are for those who query. */
const ROUND_TRIP: readonly Column[] = [
  { name: 'uri', type: 'string', required: true },
  /** Null where `datetime`, printed as the database does, is the text of the database. */
  { name: 'datetime_text', type: 'string' },
  { name: 'time_bucket_id', type: 'integer', required: true },
  { name: 'content_size_bytes', type: 'integer', required: true },
  /** Optional for a later version that leaves it out where the columns say it all. */
  { name: 'content', type: 'bytes' },
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

/** The columns a DataEntity is rebuilt from. */
export const ENTITY_COLUMNS: readonly string[] = [
  'datetime',
  'label',
  ...ROUND_TRIP.map((column) => column.name),
];
