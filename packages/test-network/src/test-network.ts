import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type Signer, signerFromSeed, toHex } from '@data-universe/core-auth';
import type { DataEntity, SourceName } from '@data-universe/dataset';
import {
  type LocalCloud,
  type PresignedStore,
  startCredentialService,
  startLocalCloud,
} from '@data-universe/local-cloud';
import { S3Backend } from '@data-universe/s3-core';
import type { StaticRegistryFile } from '@data-universe/subtensor';
import { BucketOwner } from './bucket-owner.ts';
import { readDataset } from './read-dataset.ts';

/** A hotkey with a btcli wallet of the same name on disk. */
export interface Neuron {
  readonly name: string;
  readonly signer: Signer;
  /** Hex with 0x: the secret of its keyfile. */
  readonly seed: string;
}

export interface TestNetwork {
  /** Holds everything of the network, wallets among it; removed on close. */
  readonly folder: string;
  readonly network: string;
  readonly netuid: number;
  readonly authEndpoint: string;
  readonly cloud: LocalCloud;
  /** The cloud's, or that of the store in its place. */
  readonly bucket: string;
  readonly miner: Neuron;
  readonly otherMiner: Neuron;
  /** Holds a validator permit. */
  readonly validator: Neuron;
  /** Registered nowhere. */
  readonly stranger: Neuron;
  /** May do anything in the bucket. */
  readonly owner: BucketOwner;
  /** Every row of a miner's source, straight from the bucket and checked against the manifest. */
  published(source: SourceName, miner?: Neuron): Promise<DataEntity[]>;
  /** The credential service's audit lines so far. */
  auditLog(): string;
  stopService(): Promise<void>;
  /** On the port it had. */
  startService(): Promise<void>;
  close(): Promise<void>;
}

const NETWORK = 'test';
const NETUID = 13;

export interface TestNetworkOptions {
  /** The service signs single requests: to the cloud, or to another store, which takes the cloud's place. */
  readonly presigned?: boolean | PresignedStore | undefined;
}

/** Starts a network in this process, on loopback and in a folder of its own. */
export async function startTestNetwork(options: TestNetworkOptions = {}): Promise<TestNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'data-universe-test-'));
  const neuron = (name: string, byte: number): Neuron => writeWallet(folder, name, byte);
  const [miner, otherMiner] = [neuron('miner', 0x11), neuron('other', 0x22)] as const;
  const [validator, stranger] = [neuron('validator', 0x33), neuron('stranger', 0x44)] as const;
  const registryFile = join(folder, 'neurons.json');
  const registry: StaticRegistryFile = {
    network: NETWORK,
    netuid: NETUID,
    neurons: [
      { uid: 0, hotkey: validator.signer.address, validator_permit: true },
      { uid: 1, hotkey: miner.signer.address, validator_permit: false },
      { uid: 2, hotkey: otherMiner.signer.address, validator_permit: false },
    ],
  };
  writeFileSync(registryFile, JSON.stringify(registry));

  const lines: string[] = [];
  const audit = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const cloud = await startLocalCloud({ directory: join(folder, 'cloud') });
  const own: PresignedStore = { ...cloud, key: cloud.admin };
  const { presigned: wanted = false } = options;
  const place = typeof wanted === 'object' ? wanted : own;
  const presigned = wanted === false ? undefined : place;
  const serve = (port: number) =>
    startCredentialService({ cloud, registryFile, port, audit, presigned });
  let service: Awaited<ReturnType<typeof serve>> | undefined = await serve(0);
  const authEndpoint = service.url;
  const store = new S3Backend({
    bucket: place.bucket,
    region: place.region,
    endpoint: place.endpoint,
    credentials: async () => place.key,
  });

  const stopService = async (): Promise<void> => {
    await service?.close();
    service = undefined;
  };
  return {
    folder,
    network: NETWORK,
    netuid: NETUID,
    authEndpoint,
    cloud,
    bucket: place.bucket,
    miner,
    otherMiner,
    validator,
    stranger,
    owner: new BucketOwner(store, cloud),
    published: (source, { signer } = miner) =>
      readDataset(store, { hotkey: signer.address, source, network: NETWORK, netuid: NETUID }),
    auditLog: () => lines.join(''),
    stopService,
    async startService() {
      service = await serve(Number(new URL(authEndpoint).port));
    },
    async close() {
      store.close();
      await stopService();
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As `btcli` leaves it, for the user alone. */
function writeWallet(folder: string, name: string, byte: number): Neuron {
  const seed = toHex(new Uint8Array(32).fill(byte));
  const signer = signerFromSeed(seed);
  const hotkeys = join(folder, 'wallets', name, 'hotkeys');
  mkdirSync(hotkeys, { recursive: true, mode: 0o700 });
  const keyfile = { secretSeed: seed, ss58Address: signer.address };
  writeFileSync(join(hotkeys, 'default'), JSON.stringify(keyfile), { mode: 0o600 });
  return { name, signer, seed };
}
