import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Neuron, TestNetwork } from './test-network.ts';

export interface ConfigChanges {
  /** Of the SQLite file. */
  readonly database?: string;
  readonly stateDirectory?: string;
  /** Lines below `storage:`; replaces `type: "s3"`. */
  readonly storage?: string;
  /** What follows `publishing:`, on one line. */
  readonly publishing?: string;
  /** Further lines below `storage.s3`. */
  readonly s3?: string;
}

/** Writes the configuration of a neuron and returns its path; each call makes another file. */
export function configFile(
  network: TestNetwork,
  { name }: Neuron,
  changes: ConfigChanges = {},
): string {
  const path = join(network.folder, `${name}-${files++}.yaml`);
  const state = changes.stateDirectory ?? join(network.folder, `state-${name}`);
  writeFileSync(
    path,
    `network: ${network.network}
netuid: ${network.netuid}
wallet: { name: ${name}, hotkey: default, path: ${JSON.stringify(join(network.folder, 'wallets'))} }
database: ${JSON.stringify(changes.database ?? 'SqliteMinerStorage.sqlite')}
state_directory: ${JSON.stringify(state)}
publishing: ${changes.publishing ?? '{}'}
storage:
  ${changes.storage ?? 'type: "s3"'}
  s3:
    bucket_name: "${network.bucket}"
    region: "us-east-1"
    auth_endpoint: "${network.authEndpoint}"
    ${changes.s3 ?? 'endpoint_url: null'}
`,
  );
  return path;
}

let files = 0;
