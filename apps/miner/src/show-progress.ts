import type { Phase, Progress } from '@data-universe/app-kit';
import type { SourceName } from '@data-universe/core-auth';
import type { UploadProgress } from '@data-universe/s3-miner';

interface Step {
  readonly name: string;
  readonly unit?: string;
  /** Done, and the total where one is known. */
  readonly count?: (progress: UploadProgress) => readonly [number, number?];
}

const rows = ({ rowsDone, rowsTotal }: UploadProgress) => [rowsDone, rowsTotal] as const;

const STEPS: Readonly<Record<UploadProgress['phase'], Step>> = {
  credentials: { name: 'asking for credentials' },
  rebuild: { name: 'reading back what was published', unit: 'rows', count: rows },
  recover: { name: 'finishing the last run' },
  scan: { name: 'looking for changes', unit: 'hours', count: ({ bucketsDone }) => [bucketsDone] },
  compact: { name: 'merging small files' },
  write: { name: 'comparing and writing', unit: 'rows', count: rows },
  upload: {
    name: 'uploading',
    unit: 'bytes',
    count: ({ bytesDone, bytesTotal }) => [bytesDone, bytesTotal],
  },
};

export interface ShownProgress {
  update(source: SourceName, progress: UploadProgress): void;
  /** After the last update of a run that came to its end; one that failed is not called done. */
  end(): void;
}

/** One phase on the screen for each source and step. */
export function showProgress(progress: Progress): ShownProgress {
  let shown: { readonly name: string; readonly phase: Phase } | undefined;
  return {
    update(source, state) {
      const { name: stepName, unit, count } = STEPS[state.phase];
      const name = `${source}: ${stepName}`;
      if (shown?.name !== name) {
        shown?.phase.done();
        shown = { name, phase: progress.phase(name, { unit }) };
      }
      if (count !== undefined) shown.phase.update(...count(state));
    },
    end() {
      shown?.phase.done();
    },
  };
}
