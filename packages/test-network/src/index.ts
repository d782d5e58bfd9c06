export { expectEqualRows, readTable } from './compare-rows.ts';
export { entitiesOfDocument } from './entities-document.ts';
export { type Gate, openGate } from './gate.ts';
export { MinerDatabase, type Row } from './miner-database.ts';
export { type AppOptions, type Operator, startOperator } from './operator.ts';
export { hourOf, oddRows, redditPost, xPost } from './posts.ts';
export { presignedStore, type StorePlace } from './presigned-store.ts';
export { type AppResult, type RunningApp, runApp } from './run-app.ts';
export {
  type Neuron,
  startTestNetwork,
  type TestNetwork,
  type TestNetworkOptions,
} from './test-network.ts';
