import { randomBytes as nodeRandomBytes } from 'node:crypto';
import { z } from 'zod';
import { AccessError } from './access-error.ts';
import {
  type AccessRequest,
  MAX_REQUEST_SECONDS,
  type UnsignedAccessRequest,
  unsignedAccessRequestSchema,
} from './access-request.ts';
import type { AccessScope } from './access-scope.ts';
import { signAccessRequest } from './sign-access-request.ts';
import type { Signer } from './signer.ts';
import type { StoreOperation } from './store-operation.ts';

export interface CreateAccessRequestOptions {
  readonly signer: Signer;
  readonly network: string;
  readonly netuid: number;
  /** The service's URL, as it publishes it. */
  readonly audience: string;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
  /** Default: node:crypto's. */
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
  /** How long the request may be presented, in seconds. Default 60, at most MAX_REQUEST_SECONDS. */
  readonly lifetimeSeconds?: number | undefined;
  /** To be presigned, for a service that gives no credentials. */
  readonly operations?: readonly StoreOperation[] | undefined;
}

const DEFAULT_LIFETIME_SECONDS = 60;

/** A fresh, signed request for a scope. Throws AccessError BadRequest where a field has no valid form. */
export function createAccessRequest(
  scope: AccessScope,
  options: CreateAccessRequestOptions,
): AccessRequest {
  const { signer, clock = Date.now, randomBytes = nodeRandomBytes } = options;
  const lifetime = options.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS;
  if (!(lifetime >= 1 && lifetime <= MAX_REQUEST_SECONDS)) {
    throw new AccessError({
      code: 'BadRequest',
      message: `a request lives 1 to ${MAX_REQUEST_SECONDS} seconds, not ${lifetime}`,
    });
  }
  const issuedAt = Math.floor(clock() / 1000);
  const unsigned = unsignedAccessRequestSchema.safeParse({
    version: 1,
    ...scopeFields(scope),
    ...(options.operations === undefined ? {} : { operations: options.operations }),
    hotkey: signer.address,
    network: options.network,
    netuid: options.netuid,
    audience: options.audience,
    issued_at: issuedAt,
    expires_at: issuedAt + Math.floor(lifetime),
    nonce: Buffer.from(randomBytes(16)).toString('hex'),
  });
  if (!unsigned.success) {
    throw new AccessError({
      code: 'BadRequest',
      message: `the request can't be made: ${z.prettifyError(unsigned.error)}`,
    });
  }
  return signAccessRequest(unsigned.data satisfies UnsignedAccessRequest, signer);
}

function scopeFields(scope: AccessScope): Record<string, string> {
  if (scope.action === 'upload') return { action: scope.action, source: scope.source };
  const read = { action: scope.action, miner_hotkey: scope.minerHotkey };
  return scope.source === undefined ? read : { ...read, source: scope.source };
}
