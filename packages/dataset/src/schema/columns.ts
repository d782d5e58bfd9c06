/** A column of a data file; its type never depends on the values. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Never null. */
  readonly required?: true;
}

/** `integer` is INT64, `timestamp` microseconds UTC, `strings` a list, `bytes` anything. */
export type ColumnType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'strings'
  | 'timestamp'
  | 'bytes';
