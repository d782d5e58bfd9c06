import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { signerFromUri } from '@data-universe/core-auth';
import { Publisher } from '@data-universe/publisher';
import { FileSystemBackend } from '@data-universe/storage-core';
import { databaseIn } from '../database/prepared.ts';
import { IDENTITY } from '../dataset-identity.ts';
import type { Task } from '../measure/task.ts';
import { contentBytes } from './content-bytes.ts';

/** The publisher, profile raw, from an empty ledger into an empty folder. */
export const publishTask: Task = async ({ folder, prepared, units }) => {
  const store = join(folder, 'store');
  await mkdir(store);
  const bytes = contentBytes(databaseIn(prepared));
  return async () => {
    const rows = await publish(databaseIn(prepared), store, join(folder, 'state'));
    if (rows !== units) throw new Error(`published ${rows} of ${units} rows`);
    return { units, bytes };
  };
};

export async function publish(
  databasePath: string,
  store: string,
  stateDirectory: string,
): Promise<number> {
  const { source, network, netuid } = IDENTITY;
  const publisher = await Publisher.open({
    databasePath,
    stateDirectory,
    source,
    profile: 'raw',
    backend: new FileSystemBackend({ directory: store }),
    signer: signerFromUri('//Miner'),
    network,
    netuid,
  });
  const { totals } = await publisher.run();
  return totals.rows;
}
