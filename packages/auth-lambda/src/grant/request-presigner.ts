import type { PresignedRequest, StoreOperation } from '@data-universe/core-auth/protocol';

export interface SignedRequests {
  /** Of the operations, in their order. */
  readonly requests: readonly PresignedRequest[];
  /** When the signatures end. */
  readonly expiration: Date;
}

/** Signs single requests to the store with a key that only the service has. */
export interface RequestPresigner {
  /** Where the requests go: clients have to reach the store under this URL. */
  readonly endpoint: string;
  /** Puts are signed with `If-None-Match: *`. */
  readonly createOnly: boolean;
  /** Puts are signed with a checksum that the store is to check and keep. */
  readonly checksums: boolean;
  /** The operations were checked against what the hotkey may do. Throws IssuerUnavailableError. */
  presign(operations: readonly StoreOperation[], signal?: AbortSignal): Promise<SignedRequests>;
}
