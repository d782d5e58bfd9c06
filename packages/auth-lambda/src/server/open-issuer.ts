import type { CheckStoreOptions } from '../check/check-store.ts';
import type { AccessPorts } from '../decision/access-ports.ts';
import { S3Presigner } from '../grant/s3-presigner.ts';
import { StsIssuer } from '../grant/sts-issuer.ts';
import type { CommandConfig } from './command-config.ts';
import type { ServiceKeys } from './service-keys.ts';

/** What gives a granted request what it asked for, by the mode. Throws ZodError where an option is wrong. */
export function openIssuer(config: CommandConfig, keys: ServiceKeys): AccessPorts['issuer'] {
  if (config.mode === 'presigned') return new S3Presigner(presignerOptions(config, keys));
  return new StsIssuer({
    region: config.region,
    endpoint: config.sts_endpoint,
    uploadRoleArn: config.upload_role_arn ?? '',
    readRoleArn: config.read_role_arn ?? '',
    credentials: keys.service,
    sessionSeconds: config.session_seconds,
    sendSourceIdentity: config.source_identity,
    timeoutMilliseconds: config.issuer_timeout_ms,
  });
}

/** How requests are presigned. */
export function presignerOptions(config: CommandConfig, { store }: ServiceKeys): CheckStoreOptions {
  return {
    bucket: config.bucket,
    region: config.region,
    endpoint: config.endpoint ?? undefined,
    credentials: store,
    seconds: config.presign_seconds,
    createOnly: config.presign_create_only,
    checksums: config.presign_checksums,
    privateAcl: config.presign_private_acl,
  };
}
