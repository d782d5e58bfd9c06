import {
  type DataEntity,
  DataFileError,
  IntegrityError,
  openDataFile,
  readEntities,
} from '@data-universe/dataset';
import { isStorageError, StorageError } from '@data-universe/storage-core';
import { throwIfAborted } from '../errors.ts';
import type { LedgerFile } from '../ledger/ledger-records.ts';
import { ENTRY_BYTES } from '../ledger/row-digest.ts';
import { MaskSet } from './batch.ts';
import { carryOutPending } from './carry-out.ts';
import { type Cycle, enter } from './cycle.ts';
import { type Compaction, nextMerge } from './next-merge.ts';
import { recordIntent } from './record-intent.ts';
import { StagingSink } from './staging-sink.ts';

/** The rest waits for the next run. */
const MAX_MERGES = 16;
const HOUR_MS = 3_600_000;

/**
 * Merges small files of old hours, one commit each: it removes the files and adds the one that holds their
 * rows, so that a reader sees each row once before and after. What can't be read now waits.
 */
export async function compact(cycle: Cycle, compaction: Compaction): Promise<void> {
  const now = Math.floor(cycle.clock().getTime() / HOUR_MS);
  const { maxRowsPerFile, ledger } = cycle;
  for (let merges = 0; merges < MAX_MERGES && !cycle.stop?.aborted; merges += 1) {
    const group = nextMerge(ledger.published.files(), { ...compaction, now, maxRowsPerFile });
    if (group === undefined) return;
    try {
      await merge(cycle, group);
    } catch (error) {
      throwIfAborted(cycle.signal);
      if (!(error instanceof UnreadableGroup)) throw error;
      cycle.warnings.push(`Small files were not merged: ${error.message}`);
      return;
    }
    await carryOutPending(cycle);
    cycle.counts.filesMerged += group.length;
  }
}

async function merge(cycle: Cycle, group: readonly LedgerFile[]): Promise<void> {
  const { ledger, digest } = cycle;
  await enter(cycle, 'write');
  cycle.progress({ phase: 'compact' });
  // What is odd about these rows was reported when they were new.
  const sink = new StagingSink({ ...cycle, oddities: {} });
  try {
    for await (const entities of inOrder(cycle, group)) {
      throwIfAborted(cycle.signal);
      for (const entity of entities) {
        const entry = Buffer.allocUnsafe(ENTRY_BYTES);
        digest.write(entity, entry, 0);
        if (sink.push(entity, entry) === 'flush') await sink.flush();
      }
    }
    const files = await sink.finish();
    const ids = group.map(({ id }) => id);
    const buckets = ledger.published.bucketsOf(ids);
    await recordIntent(cycle, { files, masks: new MaskSet(), buckets, replaced: ids });
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** One file keeps its order; several are sorted together, which `nextMerge` bounds. */
async function* inOrder(
  cycle: Cycle,
  group: readonly LedgerFile[],
): AsyncIterable<readonly DataEntity[]> {
  const [only] = group;
  if (group.length === 1 && only !== undefined) {
    yield* rowsOf(cycle, only);
    return;
  }
  const all: DataEntity[] = [];
  for (const held of group) for await (const rows of rowsOf(cycle, held)) all.push(...rows);
  yield all.sort(
    (a, b) =>
      a.timeBucketId - b.timeBucketId || Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri)),
  );
}

class UnreadableGroup extends Error {}

async function* rowsOf(
  { backend, prefix, identity, signal }: Cycle,
  { file, masked, liveRows }: LedgerFile,
): AsyncIterable<readonly DataEntity[]> {
  let rows = 0;
  try {
    const opened = await openDataFile(backend, prefix, file, { signal });
    const { source } = identity;
    for await (const entities of readEntities(opened, { source, masked, signal })) {
      rows += entities.length;
      yield entities;
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw new UnreadableGroup(`${file.name} can't be read back: ${error.message}`, {
      cause: error,
    });
  }
  if (rows !== liveRows)
    throw new UnreadableGroup(`${file.name} holds ${rows} rows that count, not ${liveRows}`);
}

function isUnreadable(error: unknown): error is Error {
  return (
    error instanceof IntegrityError ||
    error instanceof DataFileError ||
    (error instanceof StorageError && !isStorageError(error, 'Aborted'))
  );
}
