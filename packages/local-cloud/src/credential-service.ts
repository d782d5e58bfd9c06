import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { AuthServer } from '@data-universe/auth-lambda';
import type { LocalCloud } from './local-cloud.ts';

export interface CredentialServiceOptions {
  readonly cloud: LocalCloud;
  /** A static registry as JSON; its network and netuid are the ones requests must be signed for. */
  readonly registryFile: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Where each decision is written, a line of JSON each. */
  readonly audit: Writable;
  /** Signs single requests to this store in place of issuing the cloud's credentials. */
  readonly presigned?: PresignedStore | undefined;
}

/** A bucket that one key opens: the cloud's own, or one elsewhere. */
export interface PresignedStore {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For stores that obey an `x-amz-acl` which nobody has signed. */
  readonly privateAcl?: boolean | undefined;
  /** Life of a signature. Default 300. */
  readonly seconds?: number | undefined;
}

/**
 * Starts the credential service beside a cloud, on loopback, issuing that cloud's credentials; its audience is its own
 * URL. Throws RegistryError, or the system's error, where the registry can't be used.
 */
export async function startCredentialService(
  options: CredentialServiceOptions,
): Promise<AuthServer> {
  const { cloud, registryFile } = options;
  // Loaded here alone: a cloud by itself can start without the service.
  const {
    createAccessHandler,
    MemoryNonceStore,
    MemoryOwnerLevers,
    MemoryQuotaStore,
    S3Presigner,
    StreamAuditSink,
    StsIssuer,
    startAuthServer,
    systemClock,
    TokenBucketLimiter,
  } = await import('@data-universe/auth-lambda');
  const { loadFastVerifier } = await import('@data-universe/core-auth/verify-fast');
  const { StaticNeuronRegistry, staticRegistryFileSchema } = await import(
    '@data-universe/subtensor'
  );
  const registry = await StaticNeuronRegistry.fromFile(registryFile);
  const { network, netuid } = staticRegistryFileSchema.parse(
    JSON.parse(await readFile(registryFile, 'utf8')),
  );
  const { presigned } = options;
  const { endpoint, region, bucket } = presigned ?? cloud;
  const issuer =
    presigned === undefined
      ? new StsIssuer({
          region,
          endpoint,
          uploadRoleArn: cloud.roles.upload,
          readRoleArn: cloud.roles.read,
          credentials: cloud.service,
        })
      : new S3Presigner({
          endpoint,
          region,
          bucket,
          credentials: presigned.key,
          privateAcl: presigned.privateAcl,
          seconds: presigned.seconds,
        });
  const ports = {
    clock: systemClock,
    // Everybody on a developer's machine shares one address.
    addressLimiter: new TokenBucketLimiter({ perSecond: 100, burst: 1000 }),
    nonces: new MemoryNonceStore(),
    registry,
    levers: new MemoryOwnerLevers(),
    verify: await loadFastVerifier(),
    quota: new MemoryQuotaStore(),
    issuer,
    audit: new StreamAuditSink(options.audit),
  };
  return await startAuthServer({
    port: options.port ?? 0,
    handlerFor: (audience) =>
      createAccessHandler(
        {
          audience,
          network,
          netuid,
          bucket,
          region,
          endpoint,
        },
        ports,
      ),
  });
}
