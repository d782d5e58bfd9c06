import type { Task } from './measure/task.ts';

/** By the names under which figures are printed; each is loaded alone, for its memory is measured. */
export const TASKS = {
  'make the database': async () => (await import('./database/prepared.ts')).prepareDatabase,
  'publisher, raw': async () => (await import('./publish/publish-task.ts')).publishTask,
  'publisher, raw, one thread': async () =>
    (await import('./publish/publish-task.ts')).publishInOneThreadTask,
  'publisher, encoded': async () => (await import('./publish/publish-task.ts')).publishEncodedTask,
  'scan, zstd 3, SHA-256': async () => (await import('./publish/scan-task.ts')).scanTask,
  'data file': async () => (await import('./publish/write-tasks.ts')).writeTask,
  'DuckDB, zstd': async () => (await import('./publish/write-tasks.ts')).duckdbTask,
  'Fernet in batches': async () => (await import('./publish/fernet-tasks.ts')).batchTask,
  'Fernet, node:crypto': async () => (await import('./publish/fernet-tasks.ts')).loopTask,
  nothing: async () => async () => async () => ({ units: 0, bytes: null }),
  'publish a database': async () => (await import('./read/prepare-store.ts')).prepareStore,
  'verified read': async () => (await import('./read/verified-task.ts')).verifiedTask,
  'hyparquet alone': async () => (await import('./read/unverified-task.ts')).unverifiedTask,
  'sign requests': async () => (await import('./auth/signed-requests.ts')).prepareRequests,
  'access handler, lean': async () => (await import('./auth/decide-task.ts')).decideLeanTask,
  'sr25519 alone, lean': async () => (await import('./auth/verify-task.ts')).verifyLeanTask,
  'access handler, fast': async () => (await import('./auth/decide-task.ts')).decideFastTask,
  'sr25519 alone, fast': async () => (await import('./auth/verify-task.ts')).verifyFastTask,
  'S3Backend, put': async () => (await import('./s3/backend-tasks.ts')).backendPut,
  'S3Backend, ranges': async () => (await import('./s3/backend-tasks.ts')).backendRead,
  'raw SDK, put': async () => (await import('./s3/sdk-tasks.ts')).sdkPut,
  'SDK in parts, put': async () => (await import('./s3/sdk-upload-task.ts')).sdkUpload,
  'raw SDK, ranges': async () => (await import('./s3/sdk-tasks.ts')).sdkRead,
  'node:http, put': async () => (await import('./s3/http-task.ts')).httpPut,
} as const satisfies Record<string, () => Promise<Task>>;
export type TaskName = keyof typeof TASKS;

export function isTaskName(name: string): name is TaskName {
  return Object.hasOwn(TASKS, name);
}
