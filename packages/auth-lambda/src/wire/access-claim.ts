import type { HotkeyAddress, StoreOperation } from '@data-universe/core-auth/protocol';
import type { Scope } from '../grant/granted-prefixes.ts';
import type { OlderForm } from './older-forms.ts';

/** How a request was spelled; in the audit line. */
export type WireFormName = 'v1' | OlderForm;

/** What a request says, however it was spelled: what the checks work on. Nothing in it is verified yet. */
export interface AccessClaim {
  readonly form: WireFormName;
  /** Who asks, and whose signature it must be. */
  readonly hotkey: HotkeyAddress;
  readonly scope: Scope;
  /** To be presigned; absent where credentials are wanted. */
  readonly operations?: readonly StoreOperation[] | undefined;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds; more than `issuedAt` by at most MAX_REQUEST_SECONDS. */
  readonly expiresAt: number;
  /** Accepted once for a hotkey: at most 64 characters of `[0-9a-f-]`. */
  readonly oneTimeValue: string;
  /** The service that the request was signed for; absent where its form binds none. */
  readonly addressee?: Addressee | undefined;
  /** The key that a first upload named; its answer repeats it, and nothing else comes of it. */
  readonly path?: string | undefined;
  /** The signed bytes, whole. */
  readonly message: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

export interface Addressee {
  readonly audience: string;
  readonly network: string;
  readonly netuid: number;
}
