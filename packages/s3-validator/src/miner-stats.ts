import type { LoadedDataset, SourceName } from '@data-universe/dataset';
import { timeSpan } from './date-range.ts';

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
  let oldest: Date | null = null;
  let newest: Date | null = null;
  for (const { file } of state.files.values()) {
    const { start, end } = timeSpan(file);
    if (oldest === null || start < oldest) oldest = start;
    if (newest === null || end > newest) newest = end;
  }
  const { sequence, totals, rejected } = state;
  return { source, sequence, ...totals, oldest, newest, rejectedManifests: rejected.length };
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
