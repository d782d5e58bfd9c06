import { type ConditionContext, conditionHolds } from './conditions.ts';
import { matchesWildcard } from './match.ts';
import type { PatternSet, Policy, Statement } from './policy-schema.ts';
import { accountNames, type Principal } from './principal.ts';

/** One permission that a request needs. */
export interface AccessRequest {
  /** e.g. `s3:GetObject` */
  readonly action: string;
  /** e.g. `arn:aws:s3:::bucket/key` */
  readonly resource: string;
  readonly context: ConditionContext;
}

export type Decision = 'deny' | 'allow' | 'none';

/** What these policies say together: any Deny that matches wins, else any Allow, else nothing. */
export function evaluatePolicies(
  policies: readonly Policy[],
  request: AccessRequest,
  principalArns: readonly string[] = [],
): Decision {
  const effects = policies
    .flatMap((policy) => policy.statements)
    .filter((statement) => statementApplies(statement, request, principalArns))
    .map((statement) => statement.effect);
  return effects.includes('Deny') ? 'deny' : effects.includes('Allow') ? 'allow' : 'none';
}

/**
 * Whether a principal may do this: no policy denies it; its own policies or the resource's allow it; and, for a role
 * session with a session policy, that one allows it too. (In AWS a resource policy that names a session's exact ARN
 * escapes its session policy; here nothing does.)
 */
export function isAllowed(
  principal: Principal,
  request: AccessRequest,
  resourcePolicies: readonly Policy[] = [],
): boolean {
  const own = evaluatePolicies(principal.policies, request);
  const everyName = [...principal.arns, ...accountNames(principal)];
  if (own === 'deny') return false;
  if (evaluatePolicies(resourcePolicies, request, everyName) === 'deny') return false;
  if (own !== 'allow' && evaluatePolicies(resourcePolicies, request, principal.arns) !== 'allow') {
    return false;
  }
  if (principal.kind === 'user' || principal.sessionPolicy === undefined) return true;
  return evaluatePolicies([principal.sessionPolicy], request) === 'allow';
}

/**
 * Whether a role's trust policy lets a principal take this step. Naming the principal is enough; naming its account
 * leaves the decision to the principal's own policies.
 */
export function isTrusted(principal: Principal, request: AccessRequest, trust: Policy): boolean {
  const everyName = [...principal.arns, ...accountNames(principal)];
  return (
    evaluatePolicies([trust], request, everyName) === 'allow' &&
    isAllowed(principal, request, [trust])
  );
}

function statementApplies(
  statement: Statement,
  request: AccessRequest,
  principalArns: readonly string[],
): boolean {
  return (
    (statement.principals === undefined ||
      statement.principals.some((name) => name === '*' || principalArns.includes(name))) &&
    matches(statement.actions, request.action, actionMatches) &&
    (statement.resources === undefined ||
      matches(statement.resources, request.resource, matchesWildcard)) &&
    statement.conditions.every((condition) => conditionHolds(condition, request.context))
  );
}

/** Actions are the one thing in a policy whose case does not count. */
const actionMatches = (pattern: string, action: string) =>
  matchesWildcard(pattern.toLowerCase(), action.toLowerCase());

const matches = (
  set: PatternSet,
  text: string,
  match: (pattern: string, text: string) => boolean,
) => set.patterns.some((pattern) => match(pattern, text)) !== set.negated;
