import type { z } from 'zod';
import { badRequest } from './bad-request.ts';

/** What a schema makes of a document. Throws Refusal BadRequest, which names the first wrong field and never its value. */
export function parseFields<T>(schema: z.ZodType<T>, document: object): T {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'request';
  throw badRequest(`"${field}": ${issue?.message ?? 'not valid'}`);
}
