import type { NeuronRegistry } from '@data-universe/subtensor';
import type { AddressLimiter } from './address-limiter.ts';
import type { AuditSink } from './audit-sink.ts';
import type { Clock } from './clock.ts';
import type { CredentialIssuer } from './credential-issuer.ts';
import type { DenyList } from './deny-list.ts';
import type { NonceStore } from './nonce-store.ts';
import type { QuotaStore } from './quota-store.ts';

/** Everything outside the process that a decision rests on. */
export interface AccessPorts {
  readonly clock: Clock;
  readonly addressLimiter: AddressLimiter;
  readonly nonces: NonceStore;
  readonly registry: NeuronRegistry;
  readonly denyList: DenyList;
  readonly quota: QuotaStore;
  readonly issuer: CredentialIssuer;
  readonly audit: AuditSink;
}
