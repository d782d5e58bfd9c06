import type { HotkeyAddress } from '@data-universe/core-auth';
import {
  type DataEntity,
  type DatasetFile,
  type DatasetState,
  datasetPrefix,
  openDataFile,
  readEntities,
  type SourceName,
} from '@data-universe/dataset';
import type { StorageBackend } from '@data-universe/storage-core';
import { assertDateRange, type DateRange, isWithin, mayHoldRange, timeSpan } from './date-range.ts';
import { QueryError } from './query-error.ts';

export interface ReadMinerData {
  readonly minerHotkey: HotkeyAddress;
  readonly source: SourceName;
  /** By the entities' own time; their time bucket's start where that can't be read. */
  readonly dateRange?: DateRange | undefined;
  /** Labels as the entities have them; null for those that have none. */
  readonly labels?: readonly (string | null)[] | undefined;
  /** Stop after so many. Default: all. */
  readonly maxEntities?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Throws QueryError. */
export function assertQuery({ dateRange, maxEntities = 0 }: ReadMinerData): void {
  if (dateRange !== undefined) assertDateRange(dateRange);
  const isCount = Number.isInteger(maxEntities) || maxEntities === Number.POSITIVE_INFINITY;
  if (!isCount || maxEntities < 0)
    throw new QueryError(`maxEntities is ${maxEntities}: expected a whole number from 0`);
}

/** The entities of one dataset that a query asks for, a row group at a time. */
export async function* entitiesOf(
  store: StorageBackend,
  { files }: DatasetState,
  query: ReadMinerData,
): AsyncIterable<readonly DataEntity[]> {
  const { minerHotkey, source, dateRange, labels, signal } = query;
  const dataset = datasetPrefix(source, minerHotkey);
  let left = query.maxEntities ?? Number.POSITIVE_INFINITY;
  for (const { file, masked } of inOrder(files.values())) {
    if (dateRange !== undefined && !mayHoldRange(file, dateRange)) continue;
    if (left <= 0) return;
    const opened = await openDataFile(store, dataset, file, { signal });
    for await (const batch of readEntities(opened, { source, masked, labels, signal })) {
      const wanted = dateRange ? batch.filter((entity) => isWithin(entity, dateRange)) : batch;
      const cut = wanted.slice(0, left);
      if (cut.length > 0) yield cut;
      left -= cut.length;
      if (left <= 0) return;
    }
  }
}

/** Oldest first; files of the same time by name, so that the same question has the same answer. */
export function inOrder(files: Iterable<DatasetFile>): DatasetFile[] {
  return [...files].sort(
    ({ file: a }, { file: b }) =>
      timeSpan(a).start.getTime() - timeSpan(b).start.getTime() || (a.name < b.name ? -1 : 1),
  );
}
