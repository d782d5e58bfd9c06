import {
  type DatasetState,
  nextManifest,
  type RowMask,
  signManifest,
} from '@data-universe/dataset';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerFile } from '../ledger/ledger-records.ts';
import { countRows } from '../ledger/row-ranges.ts';
import type { DatasetTotals } from '../report.ts';
import type { Batch } from './batch.ts';
import { type Cycle, enter } from './cycle.ts';

/**
 * Signs the manifest of a batch and writes down, before anything is sent, what is going to change. False
 * where nothing of the dataset does.
 */
export async function recordIntent(cycle: Cycle, batch: Batch): Promise<boolean> {
  const { ledger, identity, signer } = cycle;
  const files = ledger.published.files();
  const byFile = batch.masks.byFile();
  const left = (file: LedgerFile) => file.liveRows - countRows(byFile.get(file.id) ?? []);
  const replaced = new Set(batch.replaced);
  const removed = files.filter((file) => replaced.has(file.id) || left(file) <= 0);
  if (batch.files.length === 0 && byFile.size === 0 && removed.length === 0) {
    ledger.published.saveBuckets(batch.buckets);
    return false;
  }
  await enter(cycle, 'intent');
  const masked = files
    .filter((file) => !removed.includes(file) && byFile.has(file.id))
    .map(({ id, file }): RowMask => ({ name: file.name, rows: byFile.get(id) ?? [] }));
  const unsigned = nextManifest(
    datasetState(ledger, files, identity.profile),
    {
      added: batch.files.map(({ file }) => file),
      removed: removed.map(({ file }) => file.name),
      masked,
    },
    { ...identity, createdAt: cycle.clock() },
  );
  ledger.intents.record({
    sequence: unsigned.sequence,
    manifest: signManifest(unsigned, signer),
    files: batch.files,
    masks: batch.masks.bySegment(),
    buckets: batch.buckets,
    removedFileIds: removed.map(({ id }) => id),
  });
  return true;
}

function datasetState(
  ledger: Ledger,
  files: readonly LedgerFile[],
  profile: NonNullable<DatasetState['profile']>,
): DatasetState {
  const { sequence, manifestSha256 } = ledger.head;
  return {
    sequence,
    head: manifestSha256,
    files: new Map(files.map(({ file, masked }) => [file.name, { file, masked }])),
    totals: totalsOf(files),
    profile: sequence === 0 ? null : profile,
  };
}

export function totalsOf(files: readonly LedgerFile[]): DatasetTotals {
  return {
    files: files.length,
    rows: files.reduce((sum, { liveRows }) => sum + liveRows, 0),
    bytes: files.reduce((sum, { file }) => sum + file.size, 0),
  };
}
