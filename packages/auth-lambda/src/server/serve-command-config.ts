import type { Writable } from 'node:stream';
import { loadFastVerifier } from '@data-universe/core-auth/verify-fast';
import { accessConfigSchema } from '../decision/access-config.ts';
import { createAccessHandler } from '../decision/access-handler.ts';
import { systemClock } from '../decision/clock.ts';
import { StrangerBudget } from '../limits/stranger-budget.ts';
import { TokenBucketLimiter } from '../limits/token-bucket-limiter.ts';
import { PrometheusMetrics } from '../metrics/prometheus-metrics.ts';
import { type AuthServer, startAuthServer } from './auth-server.ts';
import type { CommandConfig } from './command-config.ts';
import { type MetricsServer, startMetricsServer } from './metrics-server.ts';
import { type OpenedAudit, openAudit } from './open-audit.ts';
import { openIssuer } from './open-issuer.ts';
import { type OpenedRegistry, openRegistry } from './open-registry.ts';
import { type OpenedState, openState } from './open-state.ts';
import type { ServiceKeys } from './service-keys.ts';

const HANDLER_KEYS = accessConfigSchema.keyof().options;

export interface CommandService extends AuthServer {
  readonly audience: string;
  /** Where nonces, quotas and levers are, for people. */
  readonly state: string;
  /** Where Prometheus scrapes, if anywhere. */
  readonly metrics: string | undefined;
  /** For rotation, where there is an audit file: it goes on in a new one of its name. Never throws. */
  readonly reopenAuditLog: (() => Promise<void>) | undefined;
  /** What the operator should know though the service runs. */
  readonly warnings: readonly string[];
}

/** The service of one process. Throws where the registry, the state, an option or the port can't be used. */
export async function serveCommandConfig(
  config: CommandConfig,
  keys: ServiceKeys,
  stderr: Writable,
): Promise<CommandService> {
  const chain = await openRegistry(config);
  let state: OpenedState | undefined;
  let audit: OpenedAudit | undefined;
  try {
    state = await openState(config, keys.service);
    audit = await openAudit(config.audit_file, stderr);
    return await serve({ config, keys, chain, state, audit });
  } catch (error) {
    await audit?.close();
    state?.close();
    chain.close();
    throw error;
  }
}

interface Opened {
  readonly config: CommandConfig;
  readonly keys: ServiceKeys;
  readonly chain: OpenedRegistry;
  readonly state: OpenedState;
  readonly audit: OpenedAudit;
}

async function serve(opened: Opened): Promise<CommandService> {
  const { config, keys, chain, state, audit } = opened;
  const issuer = openIssuer(config, keys);
  const metrics = config.metrics_port === undefined ? undefined : new PrometheusMetrics();
  const ports = {
    clock: systemClock,
    addressLimiter: new TokenBucketLimiter({
      perSecond: config.requests_per_second,
      burst: config.request_burst,
    }),
    verify: await loadFastVerifier(),
    strangers: new StrangerBudget(),
    nonces: state.nonces,
    registry: chain.registry,
    levers: state.levers,
    quota: state.quota,
    issuer,
    audit: audit.sink,
    metrics,
  };
  let audience = config.audience ?? '';
  const server = await startAuthServer({
    host: config.host,
    port: config.port,
    path: config.path,
    trustProxyHeader: config.trust_proxy_header,
    maxConnections: config.max_connections,
    maxConnectionsPerBlock: config.max_connections_per_address,
    handlerFor: (url) => {
      audience ||= url;
      return createAccessHandler(handlerConfig(config, audience), ports);
    },
  });
  let scraped: MetricsServer | undefined;
  try {
    if (metrics !== undefined)
      scraped = await startMetricsServer({
        metrics,
        host: config.metrics_host,
        port: config.metrics_port,
      });
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    url: server.url,
    audience,
    metrics: scraped?.url,
    reopenAuditLog: audit.reopen,
    state: state.where,
    warnings: [chain.warning, state.warning].filter((text) => text !== undefined),
    async close() {
      await Promise.all([server.close(), scraped?.close()]);
      chain.close();
      state.close();
      await audit.close();
    },
  };
}

function handlerConfig(config: CommandConfig, audience: string) {
  const all = { ...config, audience };
  return accessConfigSchema.parse(Object.fromEntries(HANDLER_KEYS.map((key) => [key, all[key]])));
}
