import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryBackend, type StorageBackend } from '@data-universe/storage-core';
import { onTestFinished } from 'vitest';
import { Publisher, type PublisherOptions } from '../../src/index.ts';
import { NETUID, NETWORK, signer } from './dataset.ts';
import { FaultyBackend } from './faulty-backend.ts';
import { Miner } from './miner.ts';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'publisher-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Setting {
  readonly folder: string;
  readonly stateDirectory: string;
  readonly miner: Miner;
  readonly backend: FaultyBackend;
  open(options?: Partial<PublisherOptions>): Promise<Publisher>;
}

/** A miner's database, an empty store, and publishers between the two. */
export function setting(
  options: { miner?: ConstructorParameters<typeof Miner>[1]; store?: StorageBackend } = {},
): Setting {
  const folder = temporaryFolder();
  const stateDirectory = join(folder, 'state');
  const miner = new Miner(join(folder, 'miner.sqlite'), options.miner);
  onTestFinished(() => miner.close());
  const backend = new FaultyBackend(options.store ?? new MemoryBackend());
  return {
    folder,
    stateDirectory,
    miner,
    backend,
    open: (changes = {}) =>
      Publisher.open({
        databasePath: miner.path,
        stateDirectory,
        source: 'x',
        profile: 'raw',
        backend,
        signer,
        network: NETWORK,
        netuid: NETUID,
        ...changes,
      }),
  };
}
