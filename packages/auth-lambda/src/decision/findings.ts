import type { AccessClaim } from '../wire/access-claim.ts';

/** What became known of a request on its way, for the audit line. */
export interface Findings {
  claim?: AccessClaim;
  signatureVerified?: boolean;
  uid?: number;
  prefixes?: readonly string[];
  policySha256?: string;
  chainAsked?: boolean;
}
