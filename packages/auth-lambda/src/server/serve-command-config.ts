import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { loadFastVerifier } from '@data-universe/core-auth/verify-fast';
import { StreamAuditSink } from '../audit/stream-audit-sink.ts';
import type { AwsCredentials } from '../aws/aws-credentials.ts';
import { accessConfigSchema } from '../decision/access-config.ts';
import { createAccessHandler } from '../decision/access-handler.ts';
import { systemClock } from '../decision/clock.ts';
import { StsIssuer } from '../grant/sts-issuer.ts';
import { TokenBucketLimiter } from '../limits/token-bucket-limiter.ts';
import { type AuthServer, startAuthServer } from './auth-server.ts';
import type { CommandConfig } from './command-config.ts';
import { type OpenedRegistry, openRegistry } from './open-registry.ts';
import { type OpenedState, openState } from './open-state.ts';

const HANDLER_KEYS = accessConfigSchema.keyof().options;

export interface CommandService extends AuthServer {
  readonly audience: string;
  /** Where nonces, quotas and levers are, for people. */
  readonly state: string;
  /** What the operator should know though the service runs. */
  readonly warnings: readonly string[];
}

/** The service of one process. Throws where the registry, the state, an option or the port can't be used. */
export async function serveCommandConfig(
  config: CommandConfig,
  credentials: AwsCredentials,
  stderr: Writable,
): Promise<CommandService> {
  const chain = await openRegistry(config);
  let state: OpenedState | undefined;
  try {
    state = await openState(config, credentials);
    return await serve({ config, credentials, stderr, chain, state });
  } catch (error) {
    state?.close();
    chain.close();
    throw error;
  }
}

interface Opened {
  readonly config: CommandConfig;
  readonly credentials: AwsCredentials;
  readonly stderr: Writable;
  readonly chain: OpenedRegistry;
  readonly state: OpenedState;
}

async function serve(opened: Opened): Promise<CommandService> {
  const { config, credentials, stderr, chain, state } = opened;
  const issuer = new StsIssuer({
    region: config.region,
    endpoint: config.sts_endpoint,
    uploadRoleArn: config.upload_role_arn,
    readRoleArn: config.read_role_arn,
    credentials,
    sessionSeconds: config.session_seconds,
    sendSourceIdentity: config.source_identity,
    timeoutMilliseconds: config.issuer_timeout_ms,
  });
  const audit = config.audit_file === undefined ? stderr : await openAuditFile(config.audit_file);
  const ports = {
    clock: systemClock,
    addressLimiter: new TokenBucketLimiter({
      perSecond: config.requests_per_second,
      burst: config.request_burst,
    }),
    verify: await loadFastVerifier(),
    nonces: state.nonces,
    registry: chain.registry,
    levers: state.levers,
    quota: state.quota,
    issuer,
    audit: new StreamAuditSink(audit),
  };
  let audience = config.audience ?? '';
  const server = await startAuthServer({
    host: config.host,
    port: config.port,
    path: config.path,
    trustProxyHeader: config.trust_proxy_header,
    handlerFor: (url) => {
      audience ||= url;
      return createAccessHandler(handlerConfig(config, audience), ports);
    },
  });
  return {
    url: server.url,
    audience,
    state: state.where,
    warnings: [chain.warning, state.warning].filter((text) => text !== undefined),
    async close() {
      await server.close();
      chain.close();
      state.close();
      if (audit !== stderr) audit.end();
    },
  };
}

function handlerConfig(config: CommandConfig, audience: string) {
  const all = { ...config, audience };
  return accessConfigSchema.parse(Object.fromEntries(HANDLER_KEYS.map((key) => [key, all[key]])));
}

/** Appended to, and for the operator's eyes alone. */
async function openAuditFile(path: string): Promise<Writable> {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  await once(stream, 'open');
  return stream;
}
