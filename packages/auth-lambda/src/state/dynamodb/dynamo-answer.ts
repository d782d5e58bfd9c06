import { z } from 'zod';
import type { SignedAnswer } from '../../aws/signed-fetch.ts';

/** An attribute: of the types that DynamoDB has, text and numbers are used here. */
const attributeSchema = z.looseObject({ S: z.string().optional(), N: z.string().optional() });
export const itemSchema = z.record(z.string(), attributeSchema);
export type Item = z.output<typeof itemSchema>;

const errorSchema = z.object({
  __type: z.string().regex(/^([\w.]{1,100}#)?\w{1,100}$/, 'no name of an error'),
});

const THROTTLED: ReadonlySet<string> = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
]);

export type Outcome =
  | { readonly kind: 'done'; readonly body: unknown }
  /** The condition of a write does not hold: nothing was written. */
  | { readonly kind: 'condition-failed' }
  /** A failure that may pass; whether the write took place is not known. */
  | { readonly kind: 'unclear'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** What an answer of DynamoDB says. */
export function outcomeOf({ status, text }: SignedAnswer): Outcome {
  const body = parseJson(text);
  if (status === 200) {
    return body === undefined
      ? { kind: 'unclear', reason: 'an answer that is no JSON' }
      : { kind: 'done', body };
  }
  const error = errorSchema.safeParse(body);
  const name = error.success ? (error.data.__type.split('#').at(-1) ?? '') : 'no code';
  if (name === 'ConditionalCheckFailedException') return { kind: 'condition-failed' };
  const reason = `${name}, HTTP ${status}`;
  const mayPass = status >= 500 || status === 429 || THROTTLED.has(name) || !error.success;
  return { kind: mayPass ? 'unclear' : 'refused', reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
