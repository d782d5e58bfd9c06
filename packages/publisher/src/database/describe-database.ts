import { SOURCE_NAMES, type SourceName, sourceId } from '@data-universe/dataset';
import { z } from 'zod';
import { databaseError } from './database-errors.ts';
import { openDatabase } from './open-database.ts';

export interface SourceDescription {
  /** As it stands in the database. */
  readonly id: number | string | null;
  /** Absent for sources that can't be published. */
  readonly name?: SourceName | undefined;
  readonly rows: number;
  readonly buckets: number;
}

export interface DatabaseDescription {
  readonly path: string;
  readonly hasBucketIndex: boolean;
  readonly sources: readonly SourceDescription[];
}

const found = z.array(
  z.object({
    id: z.union([z.number(), z.string(), z.null()]),
    rows: z.number(),
    buckets: z.number(),
  }),
);

/** What a miner's database holds, source by source, at the cost of one index scan. Throws PublisherError. */
export function describeDatabase(path: string): DatabaseDescription {
  const { connection, hasBucketIndex } = openDatabase(path);
  try {
    const rows = connection
      .prepare(
        `SELECT iif(typeof(source) = 'blob', hex(source), source) AS id, sum(n) AS rows, count(*) AS buckets
         FROM (SELECT source, timeBucketId, count(*) AS n FROM DataEntity GROUP BY timeBucketId, source)
         GROUP BY source ORDER BY source`,
      )
      .all();
    const names = new Map<unknown, SourceName>(SOURCE_NAMES.map((name) => [sourceId(name), name]));
    return {
      path,
      hasBucketIndex,
      sources: found.parse(rows).map((row) => ({ ...row, name: names.get(row.id) })),
    };
  } catch (error) {
    throw databaseError(error, path);
  } finally {
    connection.close();
  }
}
