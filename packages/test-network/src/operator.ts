import { join } from 'node:path';
import type { DataEntity, SourceName } from '@data-universe/dataset';
import { type ConfigChanges, configFile } from './config-file.ts';
import { entitiesOfDocument } from './entities-document.ts';
import { MinerDatabase } from './miner-database.ts';
import { type AppResult, type RunningApp, runApp, startApp } from './run-app.ts';
import {
  type Neuron,
  startTestNetwork,
  type TestNetwork,
  type TestNetworkOptions,
} from './test-network.ts';

export interface AppOptions extends ConfigChanges {
  /** Whose wallet; the miner's, or the validator's. */
  readonly as?: Neuron;
  readonly env?: Readonly<Record<string, string>>;
  readonly wrapper?: readonly string[];
}

/** Someone at a shell, with a network of their own and a miner's database. */
export interface Operator {
  readonly network: TestNetwork;
  readonly database: MinerDatabase;
  /** Runs data-universe-miner with the configuration of a miner. */
  miner(args: readonly string[], options?: AppOptions): Promise<AppResult>;
  startMiner(args: readonly string[], options?: AppOptions): RunningApp;
  /** Runs data-universe-validator with the configuration of a validator. */
  validator(args: readonly string[], options?: AppOptions): Promise<AppResult>;
  /** Every row of a miner's source, as the validator's program reads it. */
  readBack(source: SourceName, miner?: Neuron): Promise<DataEntity[]>;
  close(): Promise<void>;
}

export async function startOperator(options: TestNetworkOptions = {}): Promise<Operator> {
  const network = await startTestNetwork(options);
  const database = new MinerDatabase(join(network.folder, 'SqliteMinerStorage.sqlite'));
  const prepared = (args: readonly string[], options: AppOptions, neuron: Neuron) => {
    const { as = neuron, env, wrapper, ...changes } = options;
    const config = configFile(network, as, { database: database.path, ...changes });
    return [
      [...args, '--config', config],
      { cwd: network.folder, ...(env && { env }), ...(wrapper && { wrapper }) },
    ] as const;
  };
  const validator = (args: readonly string[], options: AppOptions = {}) =>
    runApp('validator', ...prepared(args, options, network.validator));
  return {
    network,
    database,
    miner: (args, options = {}) => runApp('miner', ...prepared(args, options, network.miner)),
    startMiner: (args, options = {}) =>
      startApp('miner', ...prepared(args, options, network.miner)),
    validator,
    async readBack(source, { signer } = network.miner) {
      const args = ['read', signer.address, '--source', source, '--max', '100000', '--json'];
      const { code, stdout, stderr } = await validator(args);
      if (code !== 0) throw new Error(`could not read back: ${stderr}${stdout}`);
      return entitiesOfDocument(stdout);
    },
    async close() {
      database.close();
      await network.close();
    },
  };
}
