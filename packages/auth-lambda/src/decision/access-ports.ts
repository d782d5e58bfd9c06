import type { SignatureVerifier } from '@data-universe/core-auth/protocol';
import type { NeuronRegistry } from '@data-universe/subtensor';
import type { AuditSink } from '../audit/audit-sink.ts';
import type { CredentialIssuer } from '../grant/credential-issuer.ts';
import type { RequestPresigner } from '../grant/request-presigner.ts';
import type { AddressLimiter } from '../limits/address-limiter.ts';
import type { StrangerBudget } from '../limits/stranger-budget.ts';
import type { DecisionMetrics } from '../metrics/decision-metrics.ts';
import type { NonceStore } from '../state/nonce-store.ts';
import type { OwnerLevers } from '../state/owner-levers.ts';
import type { QuotaStore } from '../state/quota-store.ts';
import type { Clock } from './clock.ts';

/** Everything outside the process that a decision rests on. */
export interface AccessPorts {
  readonly clock: Clock;
  readonly addressLimiter: AddressLimiter;
  readonly verify: SignatureVerifier;
  /** For a process that strangers reach: on Lambda the gateway throttles, and each has an instance. */
  readonly strangers?: StrangerBudget | undefined;
  readonly nonces: NonceStore;
  readonly registry: NeuronRegistry;
  readonly levers: OwnerLevers;
  readonly quota: QuotaStore;
  /** What it is decides the mode of the service: credentials, or presigned requests. */
  readonly issuer: CredentialIssuer | RequestPresigner;
  readonly audit: AuditSink;
  readonly metrics?: DecisionMetrics | undefined;
}
