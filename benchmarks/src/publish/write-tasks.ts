import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Column,
  type DataEntity,
  DataFileWriter,
  parseDatetime,
  rawColumns,
} from '@data-universe/dataset';
import { type DuckDBAppender, DuckDBInstance, LIST, VARCHAR } from '@duckdb/node-api';
import { databaseIn } from '../database/prepared.ts';
import type { Task } from '../measure/task.ts';
import { rowsInOrder } from './rows-in-order.ts';

/** One data file of all rows. */
export const writeTask: Task =
  async ({ folder, prepared, units }) =>
  async () => {
    const writer = await DataFileWriter.create(join(folder, 'ours.parquet'), {
      source: 'x',
      profile: 'raw',
    });
    let bytes = 0;
    for (const entities of rowsInOrder(databaseIn(prepared))) {
      for (const { content } of entities) bytes += content.byteLength;
      await writer.write(entities);
    }
    const { size } = await writer.finish();
    return { units, bytes, written: size };
  };

const SQL_TYPES = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  strings: 'VARCHAR[]',
  timestamp: 'BIGINT',
  bytes: 'BLOB',
} as const satisfies Record<Column['type'], string>;

/** The same rows and columns by DuckDB: appender, and COPY to Parquet with zstd. */
export const duckdbTask: Task = async ({ folder, prepared, units }) => {
  const columns = rawColumns('x');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const definitions = columns.map(({ name, type }) => `"${name}" ${SQL_TYPES[type]}`);
  await connection.run(`CREATE TABLE post (${definitions.join(', ')})`);
  return async () => {
    const appender = await connection.createAppender('post');
    let bytes = 0;
    for (const entities of rowsInOrder(databaseIn(prepared)))
      for (const entity of entities) {
        bytes += entity.content.byteLength;
        append(appender, columns, cellsOf(entity));
      }
    appender.closeSync();
    const path = join(folder, 'duckdb.parquet');
    await connection.run(`COPY post TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
    const { size } = await stat(path);
    connection.closeSync();
    return { units, bytes, written: size };
  };
};

/** As the columns of a data file have them: the content itself only where they do not say it all. */
function cellsOf(entity: DataEntity): Readonly<Record<string, unknown>> {
  const content: Readonly<Record<string, unknown>> = JSON.parse(
    Buffer.from(entity.content).toString('utf8'),
  );
  return {
    ...content,
    datetime: parseDatetime(entity.datetime),
    label: entity.label,
    uri: entity.uri,
    time_bucket_id: entity.timeBucketId,
    content_form: `ascii:${Object.keys(content).join(',')}`,
  };
}

function append(
  appender: DuckDBAppender,
  columns: readonly Column[],
  cells: Readonly<Record<string, unknown>>,
): void {
  for (const { name, type } of columns) {
    const cell = cells[name] ?? null;
    if (cell === null) appender.appendNull();
    else if (type === 'strings' && Array.isArray(cell))
      appender.appendList(cell.map(String), LIST(VARCHAR));
    else if (typeof cell === 'string') appender.appendVarchar(cell);
    else if (typeof cell === 'boolean') appender.appendBoolean(cell);
    else if (typeof cell === 'bigint') appender.appendBigInt(cell);
    else if (typeof cell === 'number') appender.appendBigInt(BigInt(cell));
    else throw new Error(`${name} holds a ${typeof cell}`);
  }
  appender.endRow();
}
