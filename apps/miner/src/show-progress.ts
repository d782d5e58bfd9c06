import type { Phase, Progress } from '@data-universe/app-kit';
import type { SourceName } from '@data-universe/core-auth';
import type { PublishPhase, PublishProgress } from '@data-universe/publisher';

const NAMES: Readonly<Record<PublishPhase, string>> = {
  rebuild: 'reading back what was published',
  recover: 'finishing the last run',
  scan: 'looking for changes',
  write: 'writing data files',
  upload: 'uploading',
};

export interface ShownProgress {
  update(source: SourceName, progress: PublishProgress): void;
  end(): void;
}

/** One phase on the screen for each source and step. */
export function showProgress(progress: Progress): ShownProgress {
  let shown: { readonly name: string; readonly phase: Phase } | undefined;
  return {
    update(source, { phase, rowsDone, rowsTotal, bytesDone, bytesTotal }) {
      const name = `${source}: ${NAMES[phase]}`;
      const uploading = phase === 'upload';
      if (shown?.name !== name) {
        shown?.phase.done();
        shown = { name, phase: progress.phase(name, { unit: uploading ? 'bytes' : 'rows' }) };
      }
      if (uploading) shown.phase.update(bytesDone, bytesTotal);
      else shown.phase.update(rowsDone, rowsTotal);
    },
    end() {
      shown?.phase.done();
    },
  };
}
