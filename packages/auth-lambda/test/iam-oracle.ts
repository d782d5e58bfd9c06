import { z } from 'zod';

/** What a request to the store looks like to its policy engine. */
export interface StoreRequest {
  readonly action: string;
  /** `arn:aws:s3:::bucket` or `arn:aws:s3:::bucket/key`. */
  readonly resource: string;
  /** Condition keys of the request, such as `s3:prefix`. */
  readonly context?: Readonly<Record<string, string>>;
}

const texts = z.array(z.string());
/** Strict: an element this oracle does not know could allow more than it sees. */
const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Effect: z.literal('Allow'),
      Action: texts,
      Resource: texts,
      Condition: z.strictObject({ StringLike: z.strictObject({ 's3:prefix': texts }) }).optional(),
    }),
  ),
});

/** Whether a session policy allows a request, written apart from the code it judges. */
export function allows(policy: string, request: StoreRequest): boolean {
  return policySchema.parse(JSON.parse(policy)).Statement.some((statement) => {
    const prefix = request.context?.['s3:prefix'];
    const wanted = statement.Condition?.StringLike['s3:prefix'];
    return (
      // Actions are compared without regard to case, and may hold wildcards like anything else.
      matchesAny(statement.Action.map(lower), lower(request.action)) &&
      matchesAny(statement.Resource, request.resource) &&
      // A key that the request lacks never matches.
      (wanted === undefined || (prefix !== undefined && matchesAny(wanted, prefix)))
    );
  });
}

const lower = (text: string) => text.toLowerCase();

function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matches(pattern, text));
}

/** IAM's wildcards: `*` any run of characters, `/` among them; `?` any one. */
function matches(pattern: string, text: string): boolean {
  if (pattern.includes('${')) throw new Error('a policy variable');
  const [head = '', ...rest] = pattern;
  if (pattern === '') return text === '';
  const tail = rest.join('');
  if (head === '*') {
    for (let cut = 0; cut <= text.length; cut += 1) if (matches(tail, text.slice(cut))) return true;
    return false;
  }
  return text !== '' && (head === '?' || head === text[0]) && matches(tail, text.slice(1));
}
