import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signer } from '@data-universe/core-auth';
import { S3MinerStorage } from '@data-universe/s3-miner';
import Database from 'better-sqlite3';
import { makeDatabase } from './database/make-database.ts';
import { NETUID, NETWORK, type PrivateNetwork } from './private-network.ts';

/** A miner with a database of its own. */
export interface Neuron {
  readonly signer: Signer;
  readonly database: string;
  readonly storage: S3MinerStorage;
}

const MADE_ROWS = [12_000, 4_000] as const;
const MADE_HOURS = 160;

/** One neuron over a copy of the given database, or two over made ones. */
export async function prepareNeurons(
  network: PrivateNetwork,
  given: string | undefined,
): Promise<readonly Neuron[]> {
  const signers = given === undefined ? network.miners : network.miners.slice(0, 1);
  const neurons: Neuron[] = [];
  for (const [index, signer] of signers.entries()) {
    const folder = join(network.directory, `miner-${index + 1}`);
    await mkdir(folder);
    const database = join(folder, 'SqliteMinerStorage.sqlite');
    if (given === undefined) {
      makeDatabase(database, { seed: index + 1, rows: MADE_ROWS[index] ?? 0, hours: MADE_HOURS });
    } else {
      await copyDatabase(given, database);
    }
    const storage = new S3MinerStorage({
      database,
      stateDirectory: join(folder, 'state'),
      signer,
      network: NETWORK,
      netuid: NETUID,
      authEndpoint: network.authEndpoint,
    });
    neurons.push({ signer, database, storage });
  }
  return neurons;
}

/** A consistent copy, what still stands in the write-ahead log included. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const database = new Database(from, { readonly: true, fileMustExist: true });
  try {
    await database.backup(to);
  } finally {
    database.close();
  }
}
