import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createAccessHandler,
  MemoryAuditSink,
  MemoryDenyList,
  MemoryNonceStore,
  MemoryQuotaStore,
  StsIssuer,
  startAuthServer,
  systemClock,
  TokenBucketLimiter,
} from '@data-universe/auth-lambda';
import { type Signer, signerFromUri } from '@data-universe/core-auth';
import { type LocalCloud, startLocalCloud } from '@data-universe/local-cloud';
import { StaticNeuronRegistry } from '@data-universe/subtensor';

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
  const cloud = await startLocalCloud({ directory: join(directory, 'cloud') });
  const issuer = new StsIssuer({
    region: cloud.region,
    endpoint: cloud.endpoint,
    uploadRoleArn: cloud.roles.upload,
    readRoleArn: cloud.roles.read,
    credentials: cloud.service,
  });
  const registry = new StaticNeuronRegistry({
    network: NETWORK,
    netuid: NETUID,
    neurons: [
      { uid: 0, hotkey: validator.address, validator_permit: true },
      ...miners.map(({ address }, index) => ({
        uid: index + 1,
        hotkey: address,
        validator_permit: false,
      })),
    ],
  });
  const service = await startAuthServer({
    handlerFor: (audience) =>
      createAccessHandler(
        {
          audience,
          network: NETWORK,
          netuid: NETUID,
          bucket: cloud.bucket,
          region: cloud.region,
          endpoint: cloud.endpoint,
        },
        {
          clock: systemClock,
          addressLimiter: new TokenBucketLimiter(),
          nonces: new MemoryNonceStore(),
          registry,
          denyList: new MemoryDenyList(),
          quota: new MemoryQuotaStore(),
          issuer,
          audit: new MemoryAuditSink(),
        },
      ),
  });
  return {
    directory,
    cloud,
    authEndpoint: service.url,
    miners,
    validator,
    stranger: signerFromUri('//Stranger'),
    async close() {
      await service.close();
      issuer.close();
      await cloud.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
