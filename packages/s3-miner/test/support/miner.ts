import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  MinerDatabase,
  startTestNetwork,
  type TestNetwork,
  type TestNetworkOptions,
} from '@data-universe/test-network';
import { onTestFinished } from 'vitest';
import { type S3MinerOptions, S3MinerStorage } from '../../src/index.ts';

export interface Setting {
  readonly network: TestNetwork;
  readonly database: MinerDatabase;
  readonly stateDirectory: string;
  storage(changes?: Partial<S3MinerOptions>): S3MinerStorage;
}

/** A network of its own for one test, with an empty database. */
export async function setting(options: TestNetworkOptions = {}): Promise<Setting> {
  const network = await startTestNetwork(options);
  const database = new MinerDatabase(join(network.folder, 'miner.sqlite'));
  onTestFinished(async () => {
    database.close();
    await network.close();
  });
  const stateDirectory = join(network.folder, 'state');
  const { network: name, netuid, authEndpoint } = network;
  return {
    network,
    database,
    stateDirectory,
    storage: (changes = {}) =>
      new S3MinerStorage({
        database: database.path,
        stateDirectory,
        signer: network.miner.signer,
        network: name,
        netuid,
        authEndpoint,
        ...changes,
      }),
  };
}

/** Names below a folder, with size and times of the files: equal only where none was touched. */
export function snapshot(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const entry = statSync(join(folder, name));
      // SQLite makes and removes files beside a database while it reads it, so folders have new times.
      return entry.isFile() ? `${name} ${entry.size} ${entry.mtimeMs} ${entry.ctimeMs}` : name;
    })
    .sort();
}
