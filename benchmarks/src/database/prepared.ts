import { join } from 'node:path';
import type { Task } from '../measure/task.ts';
import { makeDatabase } from './make-database.ts';

export const databaseIn = (prepared: string): string => join(prepared, 'SqliteMinerStorage.sqlite');

/** Makes the database that publishing starts from. */
export const prepareDatabase: Task = async ({ prepared, units }) => {
  return async () => ({ units, bytes: makeDatabase(databaseIn(prepared), units).bytes });
};
