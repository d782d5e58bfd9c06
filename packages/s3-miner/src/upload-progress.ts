import type { PublishPhase, PublishProgress } from '@data-universe/publisher';

/** The publisher's own progress, and before it `credentials`, while the service is asked for them. */
export interface UploadProgress extends Omit<PublishProgress, 'phase'> {
  readonly phase: PublishPhase | 'credentials';
}

export const CREDENTIALS_PHASE: UploadProgress = {
  phase: 'credentials',
  rowsDone: 0,
  rowsTotal: 0,
  bytesDone: 0,
  bytesTotal: 0,
  bucketsDone: 0,
  secondsLeft: null,
};
