import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { Task } from '../measure/task.ts';
import { storeIn } from './store-in.ts';

/** The columns that an entity is rebuilt from. */
const COLUMNS = [
  'datetime',
  'label',
  'uri',
  'datetime_text',
  'time_bucket_id',
  'content_size_bytes',
  'content',
];

/** The same columns of the same files, row group by row group, by hyparquet alone. */
export const unverifiedTask: Task = async ({ prepared, units }) => {
  const folder = storeIn(prepared);
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    name.endsWith('.parquet'),
  );
  return async () => {
    let rows = 0;
    let bytes = 0;
    for (const name of names) {
      const file = await asyncBufferFromFile(join(folder, name));
      const metadata = await parquetMetadataAsync(file);
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        const rowEnd = rowStart + Number(group.num_rows);
        const options = { file, metadata, columns: COLUMNS, rowStart, rowEnd, utf8: false };
        for (const { content } of await parquetReadObjects(options)) {
          rows += 1;
          if (content instanceof Uint8Array) bytes += content.byteLength;
        }
        rowStart = rowEnd;
      }
    }
    if (rows !== units) throw new Error(`read ${rows} of ${units} rows`);
    return { units, bytes };
  };
};
