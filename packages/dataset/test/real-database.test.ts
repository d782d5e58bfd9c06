import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { DataEntity } from '../src/index.ts';
import { collect, publish } from './support/published.ts';
import { sharedData } from './support/shared-data.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();
const path = sharedData('real-tweets.sqlite');
const title = 'every row of a real database comes back as it is there';

test.skipIf(path === undefined)(
  path ? title : `${title} (real-tweets.sqlite is absent)`,
  async () => {
    const database = new Database(path, { readonly: true });
    const rows = database
      .prepare<[], DataEntity>('SELECT * FROM DataEntity ORDER BY timeBucketId, uri')
      .all();
    database.close();
    const published = await publish(folder, rows, { rowsPerGroup: 2000 });
    const read = await collect(await published.open(), { source: 'x' });
    expect(read).toHaveLength(rows.length);
    for (const [index, row] of rows.entries()) {
      const { content, ...rest } = read[index] as DataEntity;
      const { content: expected, ...columns } = row;
      expect({ ...rest }).toEqual({ ...columns });
      expect(Buffer.compare(content, expected)).toBe(0);
    }
    expect(published.file.rows).toBe(rows.length);
  },
  30_000,
);
