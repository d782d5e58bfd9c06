import type { Policy } from './policy-schema.ts';

interface PrincipalBase {
  readonly arn: string;
  /** The names by which a resource or trust policy means this principal itself: its ARN and its role's. */
  readonly arns: readonly string[];
  /** aws:userid */
  readonly userId: string;
  readonly account: string;
  readonly policies: readonly Policy[];
}

interface UserPrincipal extends PrincipalBase {
  readonly kind: 'user';
  readonly userName: string;
}

export interface SessionPrincipal extends PrincipalBase {
  readonly kind: 'session';
  readonly roleArn: string;
  readonly sessionPolicy?: Policy;
  readonly sourceIdentity?: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
}

export type Principal = UserPrincipal | SessionPrincipal;

/** The names that mean the whole account: a Deny for them hits each of its principals, an Allow only delegates to it. */
export const accountNames = (principal: Principal) => [
  principal.account,
  `arn:aws:iam::${principal.account}:root`,
];

/** The condition keys that follow from who asks and when. Plain HTTP, so aws:SecureTransport is always false. */
export function principalContext(principal: Principal, now: number): Array<[string, string]> {
  const context: Array<[string, string]> = [
    ['aws:currenttime', new Date(now).toISOString()],
    ['aws:securetransport', 'false'],
    ['aws:principalaccount', principal.account],
    ['aws:principalarn', principal.kind === 'session' ? principal.roleArn : principal.arn],
    ['aws:userid', principal.userId],
  ];
  if (principal.kind === 'user') return [...context, ['aws:username', principal.userName]];
  context.push(['aws:tokenissuetime', new Date(principal.issuedAt).toISOString()]);
  if (principal.sourceIdentity !== undefined) {
    context.push(['aws:sourceidentity', principal.sourceIdentity]);
  }
  return context;
}
