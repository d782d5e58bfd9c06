import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDatabase } from '../database/make-database.ts';
import type { Task } from '../measure/task.ts';
import { publish } from '../publish/publish-task.ts';
import { storeIn } from './store-in.ts';

/** Publishes a made database into the folder that reading starts from. */
export const prepareStore: Task = async ({ folder, prepared, units }) => {
  await mkdir(storeIn(prepared));
  const database = join(folder, 'made.sqlite');
  return async () => {
    const { bytes } = makeDatabase(database, units);
    await publish(database, storeIn(prepared), join(folder, 'state'));
    return { units, bytes };
  };
};
