import type { AccessRequest, HotkeyAddress } from '@data-universe/core-auth/protocol';

export interface QuotaCharge {
  readonly hotkey: HotkeyAddress;
  readonly action: AccessRequest['action'];
  /** UTC, `YYYY-MM-DD`. */
  readonly day: string;
  /** Charges allowed that day. */
  readonly limit: number;
}

/** How much each verified hotkey has asked for today, shared by every instance of the service. */
export interface QuotaStore {
  /**
   * Counts one and returns true, or returns false and counts nothing where the limit is reached; of
   * any number of racing callers at most `limit` get true. Throws where it can't tell.
   */
  charge(charge: QuotaCharge, signal?: AbortSignal): Promise<boolean>;
}
