export {
  type AccessConfig,
  type AccessConfigInput,
  accessConfigSchema,
} from './access-config.ts';
export {
  type AccessHandler,
  type AccessInput,
  type AccessOutput,
  createAccessHandler,
} from './access-handler.ts';
export type { AccessPorts } from './access-ports.ts';
export type { AddressLimiter, AddressVerdict } from './address-limiter.ts';
export type { AuditRecord, AuditSink } from './audit-sink.ts';
export { type AuthServer, type AuthServerOptions, startAuthServer } from './auth-server.ts';
export { isBucketName } from './bucket-name.ts';
export { MAX_CLOCK_SKEW_SECONDS } from './check-clock.ts';
export { type Clock, ManualClock, systemClock } from './clock.ts';
export {
  type CredentialIssuer,
  type IssuedCredentials,
  type IssueOrder,
  IssuerUnavailableError,
} from './credential-issuer.ts';
export type { DenyList } from './deny-list.ts';
export { grantedPrefixes, type Scope } from './granted-prefixes.ts';
export { MemoryAuditSink } from './memory-audit-sink.ts';
export { MemoryCredentialIssuer } from './memory-credential-issuer.ts';
export { MemoryDenyList } from './memory-deny-list.ts';
export {
  MemoryNonceStore,
  type MemoryNonceStoreOptions,
  NonceStoreFullError,
} from './memory-nonce-store.ts';
export { MemoryQuotaStore } from './memory-quota-store.ts';
export type { NonceStore } from './nonce-store.ts';
export { MAX_BODY_BYTES } from './parse-request.ts';
export type { QuotaCharge, QuotaStore } from './quota-store.ts';
export {
  MAX_POLICY_CHARACTERS,
  SessionPolicyError,
  type SessionPolicyOptions,
  sessionPolicy,
} from './session-policy.ts';
export { StreamAuditSink } from './stream-audit-sink.ts';
export { StsIssuer, type StsIssuerOptions } from './sts-issuer.ts';
export { TokenBucketLimiter, type TokenBucketOptions } from './token-bucket-limiter.ts';
