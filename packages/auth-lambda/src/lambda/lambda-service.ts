import type { Writable } from 'node:stream';
import { verifyLean } from '@data-universe/core-auth/verify-lean';
import { SubtensorRegistry } from '@data-universe/subtensor';
import { StreamAuditSink } from '../audit/stream-audit-sink.ts';
import { type AccessHandler, createAccessHandler } from '../decision/access-handler.ts';
import { systemClock } from '../decision/clock.ts';
import { StsIssuer } from '../grant/sts-issuer.ts';
import { TokenBucketLimiter } from '../limits/token-bucket-limiter.ts';
import { EmfMetrics } from '../metrics/emf-metrics.ts';
import { openDynamoState } from '../state/dynamodb/dynamo-state.ts';
import { type LambdaSettings, readLambdaEnvironment } from './lambda-environment.ts';

/** Nothing runs between requests: an answer is used while it is fresh, and never renewed behind a decision. */
const CHAIN_FRESH_MS = 30_000;

/**
 * The service of one Lambda instance, from its environment; audit lines and metrics go to `stdout`. Throws where the
 * environment can't be used; nothing is asked of anyone yet.
 */
export function lambdaService(
  env: Readonly<Record<string, string | undefined>>,
  stdout: Writable,
): AccessHandler {
  const settings = readLambdaEnvironment(env);
  const { region } = settings;
  const { nonces, quota, levers } = openDynamoState({
    table: settings.stateTable,
    region,
    endpoint: settings.dynamodbEndpoint,
  });
  return createAccessHandler(accessConfig(settings), {
    clock: systemClock,
    // Of this instance alone: API Gateway's throttling stands before all of them.
    addressLimiter: new TokenBucketLimiter(),
    verify: verifyLean,
    nonces,
    registry: subtensorRegistry(settings),
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

function subtensorRegistry(settings: LambdaSettings): SubtensorRegistry {
  const { network, netuid, chainEndpoints, genesisHash, minStake = 0 } = settings;
  return new SubtensorRegistry({
    network,
    netuid,
    endpoints: chainEndpoints,
    stake: minStake > 0 ? 'weighed' : 'none',
    freshForMs: CHAIN_FRESH_MS,
    staleForMs: CHAIN_FRESH_MS,
    ...(genesisHash !== undefined && { genesisHash }),
  });
}

function accessConfig(settings: LambdaSettings) {
  return {
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
  };
}
