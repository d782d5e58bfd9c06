export type { LocalCloudConfig } from './config.ts';
export {
  type CredentialServiceOptions,
  type PresignedStore,
  startCredentialService,
} from './credential-service.ts';
export { PortInUseError } from './http/server.ts';
export { MalformedPolicyError } from './iam/policy-schema.ts';
export type { AccessKey } from './keys-file.ts';
export { type LocalCloud, type LocalCloudOptions, startLocalCloud } from './local-cloud.ts';
export { NotLoopbackError } from './loopback.ts';
export { DirectoryInUseError } from './store/database.ts';
