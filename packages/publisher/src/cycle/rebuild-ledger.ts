import { rename, rm } from 'node:fs/promises';
import {
  DataFileError,
  type DatasetFile,
  IntegrityError,
  loadDataset,
  openDataFile,
  readRows,
} from '@data-universe/dataset';
import { isStorageError, type KeyPrefix, type StorageBackend } from '@data-universe/storage-core';
import type { DatasetIdentity } from '../ledger/dataset-identity.ts';
import { EntryList } from '../ledger/entries.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { NewSegment } from '../ledger/ledger-records.ts';
import { ENTRY_BYTES, RowDigest } from '../ledger/row-digest.ts';
import type { PublishProgress } from '../report.ts';

export interface Rebuild {
  readonly path: string;
  readonly identity: DatasetIdentity;
  readonly backend: StorageBackend;
  readonly prefix: KeyPrefix;
  readonly signal: AbortSignal | undefined;
  readonly warnings: string[];
  readonly progress: (change: Partial<PublishProgress>) => void;
}

/**
 * A ledger of what the destination holds: reads every published row once. It gets its name when it is
 * complete, so that a rebuild cut short begins again.
 */
export async function rebuildLedger(rebuild: Rebuild): Promise<Ledger> {
  const { path, identity, backend, signal, progress } = rebuild;
  const dataset = await loadDataset(backend, { ...identity, signal });
  const unfinished = `${path}.rebuilding`;
  await removeLedger(unfinished);
  const ledger = Ledger.create(unfinished, identity);
  try {
    const digest = new RowDigest(ledger.salt);
    let rowsDone = 0;
    const rowsTotal = dataset.totals.rows;
    if (rowsTotal > 0) progress({ phase: 'rebuild', rowsDone, rowsTotal });
    for (const listed of dataset.files.values()) {
      const segments = await readSegments(rebuild, listed, digest);
      ledger.published.importFile(
        listed.file,
        listed.masked.map(([start, end]) => [start, end]),
        segments,
      );
      rowsDone += listed.file.rows;
      progress({ rowsDone, rowsTotal });
    }
    ledger.setHead({ sequence: dataset.sequence, manifestSha256: dataset.head });
  } finally {
    ledger.close();
  }
  await rename(unfinished, path);
  return Ledger.open(path, identity);
}

/** Keeps one damaged or outdated ledger for its owner to look at. */
export async function setLedgerAside(path: string): Promise<void> {
  await rename(path, `${path}.set-aside`);
  await removeLedger(path);
}

async function removeLedger(path: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(`${path}${suffix}`, { force: true });
}

/** None where the store no longer holds the file as it was signed. */
async function readSegments(
  { backend, prefix, identity, signal, warnings }: Rebuild,
  { file, masked }: DatasetFile,
  digest: RowDigest,
): Promise<NewSegment[]> {
  // The public form does not say which rows of the database it holds.
  if (identity.profile === 'encoded') {
    warnings.push(
      `${file.name} is encoded and can't be told row by row; its rows are published anew`,
    );
    return [];
  }
  const segments: { bucketId: number; firstRow: number; rows: number; entries: EntryList }[] = [];
  const entry = Buffer.alloc(ENTRY_BYTES);
  try {
    const verified = await openDataFile(backend, prefix, file, { signal });
    for await (const rows of readRows(verified, { source: identity.source, masked, signal })) {
      for (const { row, entity } of rows) {
        let segment = segments.at(-1);
        if (segment?.bucketId !== entity.timeBucketId) {
          segment = {
            bucketId: entity.timeBucketId,
            firstRow: row,
            rows: 0,
            entries: new EntryList(),
          };
          segments.push(segment);
        }
        for (; segment.firstRow + segment.rows < row; segment.rows += 1)
          segment.entries.append(Buffer.alloc(ENTRY_BYTES));
        digest.write(entity, entry, 0);
        segment.entries.append(entry);
        segment.rows += 1;
      }
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    warnings.push(
      `${file.name} can't be read as it was signed; its rows are published anew: ${(error as Error).message}`,
    );
    return [];
  }
  return segments.map(({ bucketId, firstRow, entries }) => ({
    bucketId,
    firstRow,
    entries: entries.bytes(),
  }));
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof IntegrityError ||
    error instanceof DataFileError ||
    isStorageError(error, 'NotFound')
  );
}
