import { join } from 'node:path';
import { S3MinerStorage } from '@data-universe/s3-miner';
import {
  MinerDatabase,
  type Neuron,
  type Row,
  startTestNetwork,
  type TestNetwork,
  type TestNetworkOptions,
} from '@data-universe/test-network';
import { S3ValidatorStorage } from '../../src/index.ts';

/** A network, the database of its miner, and a validator. */
export interface PublishedMiner {
  readonly network: TestNetwork;
  readonly database: MinerDatabase;
  readonly validator: S3ValidatorStorage;
  /** Writes rows, takes others out, and publishes; each call makes a commit. */
  publish(rows: readonly Row[], deleted?: readonly string[]): Promise<void>;
  validatorOf(neuron: Neuron): S3ValidatorStorage;
  close(): Promise<void>;
}

export async function publishedMiner(options: TestNetworkOptions = {}): Promise<PublishedMiner> {
  const network = await startTestNetwork(options);
  const database = new MinerDatabase(join(network.folder, 'miner.sqlite'));
  const { network: name, netuid, authEndpoint } = network;
  const storage = new S3MinerStorage({
    database: database.path,
    stateDirectory: join(network.folder, 'state'),
    signer: network.miner.signer,
    network: name,
    netuid,
    authEndpoint,
  });
  const validatorOf = ({ signer }: Neuron) =>
    new S3ValidatorStorage({ signer, network: name, netuid, authEndpoint });
  return {
    network,
    database,
    validator: validatorOf(network.validator),
    validatorOf,
    async publish(rows, deleted = []) {
      database.put(...rows);
      database.delete(...deleted);
      const { ok, sources } = await storage.uploadData();
      if (!ok) throw new Error('could not publish', { cause: sources });
    },
    async close() {
      database.close();
      await network.close();
    },
  };
}
