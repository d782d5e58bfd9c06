export {
  type PublishingOptions,
  type S3MinerOptions,
  S3MinerStorage,
  type UploadOptions,
} from './s3-miner-storage.ts';
export type { UploadProgress } from './upload-progress.ts';
export type { SourceOutcome, UnsupportedRows, UploadReport } from './upload-report.ts';
