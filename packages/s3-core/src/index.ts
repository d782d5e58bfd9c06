export { FileUploadJournal } from './file-upload-journal.ts';
export { type ExpectedStore, type GrantedStoreOptions, openGrantedStore } from './granted-store.ts';
export type {
  CredentialsRequest,
  PresignedBackendOptions,
  Presigner,
  S3BackendOptions,
  S3Credentials,
  S3Settings,
  S3StoreOptions,
} from './options.ts';
export { S3Backend } from './s3-backend.ts';
export type { SweepOptions, SweepReport } from './sweep-uploads.ts';
export type { UploadJournal, UploadRecord } from './upload-journal.ts';
