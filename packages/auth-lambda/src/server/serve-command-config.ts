import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { addressOf, verifySignature } from '@data-universe/core-auth';
import { StaticNeuronRegistry } from '@data-universe/subtensor';
import { StreamAuditSink } from '../audit/stream-audit-sink.ts';
import type { AwsCredentials } from '../aws/aws-credentials.ts';
import { accessConfigSchema } from '../decision/access-config.ts';
import { createAccessHandler } from '../decision/access-handler.ts';
import { systemClock } from '../decision/clock.ts';
import { StsIssuer } from '../grant/sts-issuer.ts';
import { TokenBucketLimiter } from '../limits/token-bucket-limiter.ts';
import { MemoryNonceStore } from '../state/memory-nonce-store.ts';
import { MemoryOwnerLevers } from '../state/memory-owner-levers.ts';
import { MemoryQuotaStore } from '../state/memory-quota-store.ts';
import { type AuthServer, startAuthServer } from './auth-server.ts';
import type { CommandConfig } from './command-config.ts';

const HANDLER_KEYS = accessConfigSchema.keyof().options;

/** The service of one process. Throws where the registry, an option or the port can't be used. */
export async function serveCommandConfig(
  config: CommandConfig,
  credentials: AwsCredentials,
  stderr: Writable,
): Promise<AuthServer & { readonly audience: string }> {
  const registry = await StaticNeuronRegistry.fromFile(config.registry, {
    network: config.network,
  });
  // A registry of another subnet would refuse everybody: better to hear of it now.
  await registry.lookup(config.netuid, addressOf(new Uint8Array(32)));
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
    verify: verifySignature,
    nonces: new MemoryNonceStore(),
    registry,
    levers: new MemoryOwnerLevers(config.denied_hotkeys),
    quota: new MemoryQuotaStore(),
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
    async close() {
      await server.close();
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
