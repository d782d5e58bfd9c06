import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceName } from '@data-universe/dataset';
import type { Sha256 } from '@data-universe/storage-core';
import { z } from 'zod';
import { totalsOf } from './cycle/record-intent.ts';
import type { DatasetIdentity } from './ledger/dataset-identity.ts';
import { Ledger } from './ledger/ledger.ts';
import type { DatasetTotals, PublishReport } from './report.ts';

const lastRunSchema = z.object({
  finishedAt: z.iso.datetime(),
  seconds: z.number(),
  rowsPublished: z.int(),
  rowsRemoved: z.int(),
});
/** The last run that came to its end. */
export type LastRun = z.infer<typeof lastRunSchema>;

/** What the ledger says, without a look at the store. */
export interface PublisherStatus extends DatasetIdentity {
  readonly ledger: string;
  /** Of the newest commit; 0 where nothing was published, or the ledger is missing. */
  readonly sequence: number;
  readonly manifestSha256: Sha256 | null;
  readonly totals: DatasetTotals;
  /** A commit that was begun and is completed by the next run. */
  readonly pendingSequence: number | null;
  readonly lastRun: LastRun | null;
}

export function lastRunNote(report: PublishReport, finishedAt: Date): string {
  const { seconds, rowsPublished, rowsRemoved } = report;
  const note: LastRun = {
    finishedAt: finishedAt.toISOString(),
    seconds,
    rowsPublished,
    rowsRemoved,
  };
  return JSON.stringify(note);
}

/** The ledger's own file; one for each source of a destination. */
export function ledgerPathOf(stateDirectory: string, source: SourceName): string {
  return join(stateDirectory, source, 'ledger.sqlite');
}

/** What was published of a dataset to the destination of a state directory. Throws PublisherError ForeignLedger, LedgerCorrupt. */
export function publisherStatus(
  stateDirectory: string,
  identity: DatasetIdentity,
): PublisherStatus {
  return readStatus(ledgerPathOf(stateDirectory, identity.source), identity);
}

function readStatus(path: string, identity: DatasetIdentity): PublisherStatus {
  if (!existsSync(path))
    return {
      ...identity,
      ledger: path,
      sequence: 0,
      manifestSha256: null,
      totals: { files: 0, rows: 0, bytes: 0 },
      pendingSequence: null,
      lastRun: null,
    };
  const ledger = Ledger.open(path, identity, { readonly: true });
  try {
    const note = ledger.lastRun;
    return {
      ...identity,
      ledger: path,
      ...ledger.head,
      totals: totalsOf(ledger.published.files()),
      pendingSequence: ledger.intents.pending()?.sequence ?? null,
      lastRun: note === null ? null : lastRunSchema.parse(JSON.parse(note)),
    };
  } finally {
    ledger.close();
  }
}
