export { AuditLogFullError } from './audit/audit-log-error.ts';
export type { AuditRecord, AuditSink } from './audit/audit-sink.ts';
export { FileAuditSink } from './audit/file-audit-sink.ts';
export { FloodGuard, type FloodGuardOptions } from './audit/flood-guard.ts';
export { MemoryAuditSink } from './audit/memory-audit-sink.ts';
export { StreamAuditSink } from './audit/stream-audit-sink.ts';
export { type CheckStoreOptions, checkStore, type StoreFinding } from './check/check-store.ts';
export {
  type AccessConfig,
  type AccessConfigInput,
  accessConfigSchema,
} from './decision/access-config.ts';
export {
  type AccessHandler,
  type AccessOutput,
  createAccessHandler,
} from './decision/access-handler.ts';
export type { AccessInput } from './decision/access-input.ts';
export type { AccessPorts } from './decision/access-ports.ts';
export { MAX_CLOCK_SKEW_SECONDS } from './decision/check-clock.ts';
export { type Clock, ManualClock, systemClock } from './decision/clock.ts';
export { isBucketName } from './grant/bucket-name.ts';
export {
  type CredentialIssuer,
  type IssuedCredentials,
  type IssueOrder,
  IssuerUnavailableError,
} from './grant/credential-issuer.ts';
export { grantedPrefixes, type Scope } from './grant/granted-prefixes.ts';
export { MemoryCredentialIssuer } from './grant/memory-credential-issuer.ts';
export type { RequestPresigner, SignedRequests } from './grant/request-presigner.ts';
export { S3Presigner, type S3PresignerOptions } from './grant/s3-presigner.ts';
export {
  MAX_POLICY_CHARACTERS,
  SessionPolicyError,
  type SessionPolicyOptions,
  sessionPolicy,
} from './grant/session-policy.ts';
export { StsIssuer, type StsIssuerOptions } from './grant/sts-issuer.ts';
export type { AddressLimiter, AddressVerdict } from './limits/address-limiter.ts';
export { StrangerBudget, type StrangerBudgetOptions } from './limits/stranger-budget.ts';
export { TokenBucketLimiter, type TokenBucketOptions } from './limits/token-bucket-limiter.ts';
export type { DecisionFigures, DecisionMetrics } from './metrics/decision-metrics.ts';
export { EMF_NAMES, EmfMetrics } from './metrics/emf-metrics.ts';
export { type AuthServer, type AuthServerOptions, startAuthServer } from './server/auth-server.ts';
export { type DynamoStateOptions, openDynamoState } from './state/dynamodb/dynamo-state.ts';
export type { LeverControl, LeverNote, LeversShown } from './state/lever-control.ts';
export {
  MemoryNonceStore,
  type MemoryNonceStoreOptions,
  NonceStoreFullError,
} from './state/memory-nonce-store.ts';
export { MemoryOwnerLevers } from './state/memory-owner-levers.ts';
export { MemoryQuotaStore } from './state/memory-quota-store.ts';
export type { NonceStore } from './state/nonce-store.ts';
export { anyOf, type OwnerLevers, type PausedActions } from './state/owner-levers.ts';
export type { QuotaCharge, QuotaStore } from './state/quota-store.ts';
export type { SharedState } from './state/shared-state.ts';
export { StateError, type StateErrorCode } from './state/state-error.ts';
export { MAX_BODY_BYTES } from './wire/read-claim.ts';
