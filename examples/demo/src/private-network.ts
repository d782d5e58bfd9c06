import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type Signer, signerFromUri } from '@data-universe/core-auth';
import {
  type LocalCloud,
  startCredentialService,
  startLocalCloud,
} from '@data-universe/local-cloud';
import type { StaticRegistryFile } from '@data-universe/subtensor';

export const NETWORK = 'demo';
export const NETUID = 13;

/** A whole network on one machine: a store, a credential service, and hotkeys the registry knows or not. */
export interface PrivateNetwork {
  /** Removed when the network closes. */
  readonly directory: string;
  readonly cloud: LocalCloud;
  readonly authEndpoint: string;
  readonly miners: readonly [Signer, Signer];
  readonly validator: Signer;
  /** Registered nowhere. */
  readonly stranger: Signer;
  close(): Promise<void>;
}

export async function startPrivateNetwork(): Promise<PrivateNetwork> {
  const directory = await mkdtemp(join(tmpdir(), 'data-universe-demo-'));
  const miners = [signerFromUri('//Miner'), signerFromUri('//OtherMiner')] as const;
  const validator = signerFromUri('//Validator');
  const registry: StaticRegistryFile = {
    network: NETWORK,
    netuid: NETUID,
    neurons: [
      { uid: 0, hotkey: validator.address, validator_permit: true },
      { uid: 1, hotkey: miners[0].address, validator_permit: false },
      { uid: 2, hotkey: miners[1].address, validator_permit: false },
    ],
  };
  const registryFile = join(directory, 'neurons.json');
  await writeFile(registryFile, JSON.stringify(registry));

  const cloud = await startLocalCloud({ directory: join(directory, 'cloud') });
  const service = await startCredentialService({ cloud, registryFile, audit: nowhere() });
  return {
    directory,
    cloud,
    authEndpoint: service.url,
    miners,
    validator,
    stranger: signerFromUri('//Stranger'),
    async close() {
      await service.close();
      await cloud.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The audit lines of a demo are nobody's business. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
