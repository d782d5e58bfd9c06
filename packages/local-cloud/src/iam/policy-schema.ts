import { z } from 'zod';
import {
  type Condition,
  isConditionKey,
  isConditionOperator,
  isConditionValue,
} from './conditions.ts';

/** Patterns, and whether the statement is about what they do not match (NotAction, NotResource). */
export interface PatternSet {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: PatternSet;
  /** Absent in a trust policy, which is about the role it hangs on. */
  readonly resources?: PatternSet;
  /** ARNs, or `*`; present in bucket and trust policies alone. */
  readonly principals?: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface Policy {
  readonly statements: readonly Statement[];
}

/** What a policy hangs on decides which elements it may have. */
export type PolicyKind = 'identity' | 'bucket' | 'trust';

/** The document is not a policy that this engine fully understands; nothing of it may take effect. */
export class MalformedPolicyError extends Error {
  override readonly name = 'MalformedPolicyError';
  readonly code = 'MalformedPolicyDocument';
  readonly retryable = false;
}

// A variable that we left unexpanded would match itself alone, or worse, a wildcard next to it: refuse.
const text = z
  .string()
  .max(2048)
  .refine((value) => !value.includes('${'), {
    message: 'policy variables are not supported',
  });
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((value) => [value]), z.array(item).min(1)]);
const action = text.regex(/^(\*|[a-z0-9-]+:[A-Za-z*?]+)$/, 'not an action');
const resource = text.regex(/^(\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+)$/s, 'not an ARN');
const scalar = z.union([text, z.boolean(), z.number()]).transform(String);
const principal = text.regex(/^(\*|\d{12}|arn:aws:(iam|sts)::\d{12}:[^*?]+)$/, 'not a principal');

const statementSchema = z
  .strictObject({
    Sid: z
      .string()
      .regex(/^[A-Za-z0-9]*$/, 'a Sid has letters and digits only')
      .optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: z
      .union([
        z.literal('*').transform(() => ['*']),
        z.strictObject({ AWS: oneOrMore(principal) }).transform((value) => value.AWS),
      ])
      .optional(),
    Action: oneOrMore(action).optional(),
    NotAction: oneOrMore(action).optional(),
    Resource: oneOrMore(resource).optional(),
    NotResource: oneOrMore(resource).optional(),
    Condition: z.record(z.string(), z.record(z.string(), oneOrMore(scalar))).optional(),
  })
  .refine((s) => (s.Action === undefined) !== (s.NotAction === undefined), {
    message: 'exactly one of Action and NotAction is needed',
  });

const policySchema = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: oneOrMore(statementSchema),
});

/** Parses a policy document strictly; whatever it does not know is a MalformedPolicyError, never ignored. */
export function parsePolicy(document: unknown, kind: PolicyKind): Policy {
  const parsed = policySchema.safeParse(document);
  if (!parsed.success) {
    throw new MalformedPolicyError(`The policy is malformed: ${z.prettifyError(parsed.error)}`);
  }
  return { statements: parsed.data.Statement.map((statement) => toStatement(statement, kind)) };
}

export function parsePolicyText(json: string, kind: PolicyKind): Policy {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (cause) {
    throw new MalformedPolicyError('The policy is not valid JSON.', { cause });
  }
  return parsePolicy(document, kind);
}

function toStatement(raw: z.infer<typeof statementSchema>, kind: PolicyKind): Statement {
  const resources = patternSet(raw.Resource, raw.NotResource);
  if ((resources === undefined) !== (kind === 'trust')) {
    throw new MalformedPolicyError(
      kind === 'trust'
        ? 'A trust policy has no Resource.'
        : 'A statement needs exactly one of Resource and NotResource.',
    );
  }
  if ((raw.Principal === undefined) !== (kind === 'identity')) {
    throw new MalformedPolicyError(
      kind === 'identity'
        ? 'An identity or session policy has no Principal.'
        : `A ${kind} policy needs a Principal.`,
    );
  }
  const actions = patternSet(raw.Action, raw.NotAction);
  if (actions === undefined) throw new MalformedPolicyError('A statement needs an Action.');
  return {
    effect: raw.Effect,
    actions,
    ...(resources === undefined ? {} : { resources }),
    ...(raw.Principal === undefined ? {} : { principals: raw.Principal }),
    conditions: Object.entries(raw.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => toCondition(operator, key, values)),
    ),
  };
}

function toCondition(operator: string, key: string, values: readonly string[]): Condition {
  if (!isConditionOperator(operator)) {
    throw new MalformedPolicyError(`The condition operator ${operator} is not supported.`);
  }
  if (!isConditionKey(key)) {
    throw new MalformedPolicyError(`The condition key ${key} is not supported.`);
  }
  const bad = values.find((value) => !isConditionValue(operator, value));
  if (bad !== undefined) {
    throw new MalformedPolicyError(`${operator} cannot compare ${key} with "${bad}".`);
  }
  return { operator, key: key.toLowerCase(), values };
}

function patternSet(
  positive: readonly string[] | undefined,
  negative: readonly string[] | undefined,
): PatternSet | undefined {
  if ((positive === undefined) === (negative === undefined)) return undefined;
  return { negated: negative !== undefined, patterns: positive ?? negative ?? [] };
}
