import type { SourceName } from '@data-universe/dataset';
import type { PublishReport } from '@data-universe/publisher';

/** What became of one source; one that fails leaves the others alone. */
export type SourceOutcome =
  | { readonly source: SourceName; readonly ok: true; readonly report: PublishReport }
  | { readonly source: SourceName; readonly ok: false; readonly error: Error };

/** Rows of a source that no published dataset knows: reported, never dropped in silence. */
export interface UnsupportedRows {
  /** As it stands in the database. */
  readonly source: number | string | null;
  readonly rows: number;
}

export interface UploadReport {
  /** Every source was published to the end. */
  readonly ok: boolean;
  readonly dryRun: boolean;
  /** It was asked to stop: what is left is published by the next run. */
  readonly stopped: boolean;
  readonly hotkey: string;
  readonly sources: readonly SourceOutcome[];
  readonly unsupported: readonly UnsupportedRows[];
  /** Rows sent by this run. */
  readonly rowsPublished: number;
  readonly bytesUploaded: number;
}

export function uploadReport(
  hotkey: string,
  { dryRun, stopped }: { readonly dryRun: boolean; readonly stopped: boolean },
  sources: readonly SourceOutcome[],
  unsupported: readonly UnsupportedRows[],
): UploadReport {
  const sum = (figure: 'rowsPublished' | 'bytesUploaded') =>
    sources.reduce((total, outcome) => total + (outcome.ok ? outcome.report[figure] : 0), 0);
  return {
    ok: sources.every(({ ok }) => ok),
    dryRun,
    stopped,
    hotkey,
    sources,
    unsupported,
    rowsPublished: sum('rowsPublished'),
    bytesUploaded: sum('bytesUploaded'),
  };
}
