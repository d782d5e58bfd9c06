import type { LoadedDataset, SourceName } from '@data-universe/dataset';

export interface SourceStats {
  readonly source: SourceName;
  /** Of the newest commit. */
  readonly sequence: number;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  /** Time of the files, `[oldest, newest)`; null where there are none. */
  readonly oldest: Date | null;
  readonly newest: Date | null;
  /** Objects newer than the newest commit that pass for manifests, and that the hotkey did not sign. */
  readonly rejectedManifests: number;
}

export interface MinerStats {
  readonly minerHotkey: string;
  /** Sources that the miner has ever published. */
  readonly sources: readonly SourceStats[];
  readonly totals: { readonly files: number; readonly rows: number; readonly bytes: number };
}

export function sourceStats(source: SourceName, state: LoadedDataset): SourceStats {
  const files = [...state.files.values()].map(({ file }) => file);
  const least = (a: number, b: number) => Math.min(a, b);
  const most = (a: number, b: number) => Math.max(a, b);
  return {
    source,
    sequence: state.sequence,
    ...state.totals,
    oldest: timeOf(
      files.map((file) => file.time_start),
      least,
    ),
    newest: timeOf(
      files.map((file) => file.time_end),
      most,
    ),
    rejectedManifests: state.rejected.length,
  };
}

function timeOf(seconds: readonly number[], choose: (a: number, b: number) => number): Date | null {
  return seconds.length === 0 ? null : new Date(seconds.reduce(choose) * 1_000);
}

export function minerStats(minerHotkey: string, sources: readonly SourceStats[]): MinerStats {
  const sum = (figure: 'files' | 'rows' | 'bytes') =>
    sources.reduce((total, stats) => total + stats[figure], 0);
  return {
    minerHotkey,
    sources,
    totals: { files: sum('files'), rows: sum('rows'), bytes: sum('bytes') },
  };
}
