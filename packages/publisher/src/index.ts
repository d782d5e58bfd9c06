export type { CycleStep } from './cycle/cycle.ts';
export type { Compaction } from './cycle/next-merge.ts';
export {
  type DatabaseDescription,
  describeDatabase,
  type SourceDescription,
} from './database/describe-database.ts';
export {
  isPublisherError,
  PublisherError,
  type PublisherErrorCode,
  type PublisherErrorOptions,
} from './errors.ts';
export type { DatasetIdentity } from './ledger/dataset-identity.ts';
export { Publisher, type PublisherOptions, type RunOptions } from './publisher.ts';
export type {
  DatasetTotals,
  LeftOut,
  PlanReason,
  PublishCounts,
  PublishPhase,
  PublishProgress,
  PublishReport,
  RetiredObject,
} from './report.ts';
export { type LastRun, type PublisherStatus, publisherStatus } from './status.ts';
