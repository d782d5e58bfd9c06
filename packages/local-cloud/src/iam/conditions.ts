import { matchesWildcard } from './match.ts';

/** What is known of a request, by condition key in lower case. An absent key is not in the request. */
export type ConditionContext = ReadonlyMap<string, string>;

export interface Condition {
  readonly operator: ConditionOperator;
  /** Lower case. */
  readonly key: string;
  /** Any of them satisfies the condition; for the negated operators, none of them may match. */
  readonly values: readonly string[];
}

type Compare = (actual: string, wanted: string) => boolean;

const equal: Compare = (actual, wanted) => actual === wanted;
const equalIgnoringCase: Compare = (actual, wanted) =>
  actual.toLowerCase() === wanted.toLowerCase();
const like: Compare = (actual, wanted) => matchesWildcard(wanted, actual);
const numeric =
  (holds: (a: number, b: number) => boolean): Compare =>
  (actual, wanted) =>
    isNumber(actual) && isNumber(wanted) && holds(Number(actual), Number(wanted));
const dated =
  (holds: (a: number, b: number) => boolean): Compare =>
  (actual, wanted) =>
    isDate(actual) && isDate(wanted) && holds(Date.parse(actual), Date.parse(wanted));

/** Operators on a value; `negated` ones hold where no value matches, and where the key is absent, as in AWS. */
const COMPARISONS = {
  StringEquals: { compare: equal, negated: false },
  StringNotEquals: { compare: equal, negated: true },
  StringEqualsIgnoreCase: { compare: equalIgnoringCase, negated: false },
  StringLike: { compare: like, negated: false },
  StringNotLike: { compare: like, negated: true },
  ArnEquals: { compare: like, negated: false },
  ArnLike: { compare: like, negated: false },
  Bool: { compare: equalIgnoringCase, negated: false },
  NumericEquals: { compare: numeric((a, b) => a === b), negated: false },
  NumericLessThan: { compare: numeric((a, b) => a < b), negated: false },
  NumericLessThanEquals: { compare: numeric((a, b) => a <= b), negated: false },
  NumericGreaterThan: { compare: numeric((a, b) => a > b), negated: false },
  NumericGreaterThanEquals: { compare: numeric((a, b) => a >= b), negated: false },
  DateLessThan: { compare: dated((a, b) => a < b), negated: false },
  DateLessThanEquals: { compare: dated((a, b) => a <= b), negated: false },
  DateGreaterThan: { compare: dated((a, b) => a > b), negated: false },
  DateGreaterThanEquals: { compare: dated((a, b) => a >= b), negated: false },
} as const satisfies Record<string, { compare: Compare; negated: boolean }>;

export type ConditionOperator = keyof typeof COMPARISONS | 'Null';

export function isConditionOperator(name: string): name is ConditionOperator {
  return name === 'Null' || Object.hasOwn(COMPARISONS, name);
}

/** Whether a value can be compared by this operator at all; a policy with one that can't is malformed. */
export function isConditionValue(operator: ConditionOperator, value: string): boolean {
  if (operator === 'Null' || operator === 'Bool') return /^(true|false)$/i.test(value);
  if (operator.startsWith('Numeric')) return isNumber(value);
  if (operator.startsWith('Date')) return isDate(value);
  return true;
}

const KEYS = new Set(
  [
    'aws:CurrentTime',
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:SecureTransport',
    'aws:SourceIdentity',
    'aws:TokenIssueTime',
    'aws:userid',
    'aws:username',
    's3:ObjectCreationOperation',
    's3:delimiter',
    's3:if-match',
    's3:if-none-match',
    's3:max-keys',
    's3:prefix',
    's3:x-amz-acl',
    's3:x-amz-content-sha256',
    's3:x-amz-copy-source',
    'sts:RoleSessionName',
    'sts:SourceIdentity',
  ].map((key) => key.toLowerCase()),
);

/** Whether this server sets the key where AWS would. A policy on any other key is refused: it would never bite. */
export const isConditionKey = (key: string) => KEYS.has(key.toLowerCase());

export function conditionHolds(condition: Condition, context: ConditionContext): boolean {
  const actual = context.get(condition.key);
  if (condition.operator === 'Null') {
    return condition.values.some(
      (value) => (value.toLowerCase() === 'true') === (actual === undefined),
    );
  }
  const { compare, negated } = COMPARISONS[condition.operator];
  if (actual === undefined) return negated;
  return condition.values.some((wanted) => compare(actual, wanted)) !== negated;
}

const isNumber = (text: string) => /^-?\d+(\.\d+)?$/.test(text);
const isDate = (text: string) =>
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) &&
  !Number.isNaN(Date.parse(text));
