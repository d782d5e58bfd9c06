import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { signerFromUri } from '@data-universe/core-auth';
import { encodingKey } from '@data-universe/dataset';
import { Publisher, type PublisherOptions } from '@data-universe/publisher';
import { FileSystemBackend } from '@data-universe/storage-core';
import { databaseIn } from '../database/prepared.ts';
import { IDENTITY } from '../dataset-identity.ts';
import type { Task } from '../measure/task.ts';
import { contentBytes } from './content-bytes.ts';

type Profile = Pick<PublisherOptions, 'profile' | 'keys' | 'threads'>;

const RAW: Profile = { profile: 'raw' };
const ENCODED: Profile = {
  profile: 'encoded',
  keys: {
    username: encodingKey(new Uint8Array(32).fill(1)),
    url: encodingKey(new Uint8Array(32).fill(2)),
  },
};

/** The publisher from an empty ledger into an empty folder. */
const publishing =
  (profile: Profile): Task =>
  async ({ folder, prepared, units }) => {
    const store = join(folder, 'store');
    await mkdir(store);
    const bytes = contentBytes(databaseIn(prepared));
    return async () => {
      const totals = await publish(databaseIn(prepared), store, join(folder, 'state'), profile);
      if (totals.rows !== units) throw new Error(`published ${totals.rows} of ${units} rows`);
      return { units, bytes, written: totals.bytes };
    };
  };

export const publishTask = publishing(RAW);
export const publishInOneThreadTask = publishing({ ...RAW, threads: 1 });
export const publishEncodedTask = publishing(ENCODED);

export async function publish(
  databasePath: string,
  store: string,
  stateDirectory: string,
  profile = RAW,
): Promise<{ readonly rows: number; readonly bytes: number }> {
  const { source, network, netuid } = IDENTITY;
  const publisher = await Publisher.open({
    databasePath,
    stateDirectory,
    source,
    ...profile,
    backend: new FileSystemBackend({ directory: store }),
    signer: signerFromUri('//Miner'),
    network,
    netuid,
  });
  const { totals } = await publisher.run();
  return totals;
}
