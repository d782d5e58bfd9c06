import { CredentialsClient } from '@data-universe/core-auth';
import { datasetPrefix } from '@data-universe/dataset';
import { openGrantedStore } from '@data-universe/s3-core';
import {
  bytesSource,
  isStorageError,
  keyUnder,
  type StorageErrorCode,
  sha256Of,
} from '@data-universe/storage-core';
import { NETUID, NETWORK } from '../private-network.ts';
import type { Attack } from './attack.ts';

/** A miner turns credentials of its own on the prefix of another: to write, to list, to read. */
export const foreignPrefix: Attack = {
  name: "another miner's prefix",
  async run({ network }) {
    const [attacker, victim] = network.miners;
    const client = new CredentialsClient({
      authEndpoint: network.authEndpoint,
      signer: attacker,
      network: NETWORK,
      netuid: NETUID,
    });
    const store = await openGrantedStore(client, { action: 'upload', source: 'x' });
    try {
      const prefix = datasetPrefix('x', victim.address);
      const key = keyUnder(prefix, 'intruder.txt');
      const bytes = new TextEncoder().encode('I was here');
      const tries = {
        write: () => store.put(key, bytesSource(bytes), { sha256: sha256Of(bytes) }),
        read: () => store.get(key),
        list: async () => {
          for await (const _ of store.list(prefix)) break;
        },
      };
      const answers: string[] = [];
      for (const [what, attempt] of Object.entries(tries)) {
        answers.push(`${what}: ${(await failureOf(attempt)) ?? 'allowed'}`);
      }
      return {
        refused: answers.every((answer) => answer.endsWith('PermissionDenied')),
        answer: answers.join(', '),
      };
    } finally {
      store.close();
    }
  },
};

async function failureOf(attempt: () => Promise<unknown>): Promise<StorageErrorCode | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (isStorageError(error)) return error.code;
    throw error;
  }
}
