import type { Writable } from 'node:stream';
import { verifyLean } from '@data-universe/core-auth/verify-lean';
import { SubtensorRegistry } from '@data-universe/subtensor';
import { StreamAuditSink } from '../audit/stream-audit-sink.ts';
import { type AccessConfig, accessConfigSchema } from '../decision/access-config.ts';
import { type AccessHandler, createAccessHandler } from '../decision/access-handler.ts';
import { systemClock } from '../decision/clock.ts';
import { StsIssuer } from '../grant/sts-issuer.ts';
import { TokenBucketLimiter } from '../limits/token-bucket-limiter.ts';
import { EmfMetrics } from '../metrics/emf-metrics.ts';
import { chainSettings } from '../server/chain-settings.ts';
import { openDynamoState } from '../state/dynamodb/dynamo-state.ts';
import { type LambdaSettings, readLambdaEnvironment } from './lambda-environment.ts';

/** Nothing runs between requests: an answer is used while it is fresh, and never renewed behind a decision. */
const CHAIN_FRESH_SECONDS = 30;

/**
 * The service of one Lambda instance, from its environment; audit lines and metrics go to `stdout`. Throws where the
 * environment can't be used; nothing is asked of anyone yet.
 */
export function lambdaService(
  env: Readonly<Record<string, string | undefined>>,
  stdout: Writable,
): AccessHandler {
  const settings = readLambdaEnvironment(env);
  const config = accessConfig(settings);
  const { region } = config;
  const { nonces, quota, levers } = openDynamoState({
    table: settings.stateTable,
    region,
    endpoint: settings.dynamodbEndpoint,
  });
  return createAccessHandler(config, {
    clock: systemClock,
    // Of this instance alone: API Gateway's throttling stands before all of them.
    addressLimiter: new TokenBucketLimiter(),
    verify: verifyLean,
    nonces,
    registry: registryOf(settings, config),
    levers,
    quota,
    issuer: new StsIssuer({
      region,
      endpoint: settings.stsEndpoint,
      uploadRoleArn: settings.uploadRoleArn,
      readRoleArn: settings.readRoleArn,
      sessionSeconds: settings.sessionSeconds,
    }),
    audit: new StreamAuditSink(stdout),
    metrics: new EmfMetrics(stdout),
  });
}

function registryOf(settings: LambdaSettings, config: AccessConfig): SubtensorRegistry {
  const chain = {
    chain_endpoints: settings.chainEndpoints,
    genesis_hash: settings.genesisHash,
    stake_source: settings.stakeSource,
    max_block_age_seconds: 120,
    chain_fresh_seconds: CHAIN_FRESH_SECONDS,
    chain_stale_seconds: CHAIN_FRESH_SECONDS,
  };
  return new SubtensorRegistry(chainSettings({ ...config, ...chain }));
}

function accessConfig(settings: LambdaSettings): AccessConfig {
  return accessConfigSchema.parse({
    audience: settings.audience,
    network: settings.network,
    netuid: settings.netuid,
    bucket: settings.bucket,
    region: settings.region,
    endpoint: settings.storeEndpoint ?? null,
    min_stake: settings.minStake,
    uploads_per_day: settings.uploadsPerDay,
    reads_per_day: settings.readsPerDay,
    older_forms: settings.olderForms,
  });
}
