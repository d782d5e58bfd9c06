export { type ExpectedStore, type GrantedStoreOptions, openGrantedStore } from './granted-store.ts';
export type { CredentialsRequest, S3BackendOptions, S3Credentials } from './options.ts';
export { S3Backend } from './s3-backend.ts';
