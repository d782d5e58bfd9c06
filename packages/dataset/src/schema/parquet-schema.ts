import type { SchemaElement } from 'hyparquet';
import type { Column } from './columns.ts';

const STRING = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
} as const satisfies Partial<SchemaElement>;

const PRIMITIVE = {
  string: STRING,
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  bytes: { type: 'BYTE_ARRAY' },
} as const satisfies Record<string, Partial<SchemaElement>>;

function elements(column: Column): SchemaElement[] {
  const { name, type } = column;
  if (type !== 'strings') {
    const repetition_type = column.required ? 'REQUIRED' : 'OPTIONAL';
    return [{ name, repetition_type, ...PRIMITIVE[type] }];
  }
  return [
    {
      name,
      repetition_type: 'OPTIONAL',
      num_children: 1,
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', ...STRING },
  ];
}

/** The schema of a file in Parquet's own terms: depth first, lists in three levels. */
export function parquetSchemaOf(columns: readonly Column[]): SchemaElement[] {
  return [{ name: 'schema', num_children: columns.length }, ...columns.flatMap(elements)];
}

/** A text that two schemas share exactly when they are the same. */
export function schemaText(schema: readonly SchemaElement[]): string {
  return JSON.stringify(
    schema.map((element, index) => [
      // The root's name is the writer's choice and says nothing.
      index === 0 ? null : element.name,
      element.type ?? null,
      element.type_length ?? null,
      element.repetition_type ?? null,
      element.num_children ?? null,
      element.converted_type ?? null,
      element.logical_type ?? null,
    ]),
  );
}
