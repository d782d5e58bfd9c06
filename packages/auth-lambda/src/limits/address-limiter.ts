export type AddressVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/** Stands before every other check, so that guessing and flooding stay cheap to refuse. */
export interface AddressLimiter {
  /** `address` is what the transport saw: IPv4, IPv6, or any text where it knows no better. */
  take(address: string): Promise<AddressVerdict>;
}
