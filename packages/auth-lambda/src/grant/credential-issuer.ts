import type { AccessRequest, HotkeyAddress } from '@data-universe/core-auth/protocol';

export interface IssueOrder {
  readonly action: AccessRequest['action'];
  /** Verified; the credentials carry it as their identity in the store's own logs. */
  readonly hotkey: HotkeyAddress;
  /** The session policy, as JSON: the credentials open nothing beyond it. */
  readonly policy: string;
}

export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Turns a session policy into temporary credentials. */
export interface CredentialIssuer {
  /** Throws IssuerUnavailableError. */
  issue(order: IssueOrder, signal?: AbortSignal): Promise<IssuedCredentials>;
}

/**
 * No credentials could be had. Its message may be logged: it never holds a secret. There is no
 * `cause`: a vendor's error can carry the whole exchange, and inspection shows causes.
 */
export class IssuerUnavailableError extends Error {
  override readonly name = 'IssuerUnavailableError';
  readonly code = 'IssuerUnavailable';
  readonly retryable = true;
}
