import { decideTask } from './auth/decide-task.ts';
import { prepareRequests } from './auth/signed-requests.ts';
import { verifyTask } from './auth/verify-task.ts';
import { prepareDatabase } from './database/prepared.ts';
import { publishTask } from './publish/publish-task.ts';
import { scanTask } from './publish/scan-task.ts';
import { prepareStore } from './read/prepare-store.ts';
import { unverifiedTask } from './read/unverified-task.ts';
import { verifiedTask } from './read/verified-task.ts';

/** By the names under which figures are printed. */
export const TASKS = {
  'make the database': prepareDatabase,
  'publisher, raw': publishTask,
  'scan, brotli 1, SHA-256': scanTask,
  'publish a database': prepareStore,
  'verified read': verifiedTask,
  'hyparquet alone': unverifiedTask,
  'sign requests': prepareRequests,
  'access handler': decideTask,
  'sr25519 alone': verifyTask,
} as const;
export type TaskName = keyof typeof TASKS;

export function isTaskName(name: string): name is TaskName {
  return Object.hasOwn(TASKS, name);
}
