import { badRequest } from './bad-request.ts';

/** Of objects and lists in one another; the deepest request has three. */
const MAX_DEPTH = 8;

/** Making one costs more than the rest of this; between bodies it keeps nothing. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The JSON object in a body. Throws Refusal BadRequest. */
export function parseJsonObject(body: Uint8Array): object {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(body);
    value = JSON.parse(text);
  } catch {
    throw badRequest('the body is not JSON in UTF-8');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body is not a JSON object');
  // Readers differ in which of two equal names they keep: with both in the body, what was signed,
  // what a gateway logged and what is granted could be three things.
  if (countNames(text) !== countMembers(value, 1)) throw badRequest('a name occurs twice');
  return value;
}

/** Members that are left of all objects in a value, where equal names have become one. */
function countMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_DEPTH) throw badRequest('it is nested too deeply');
  const members: unknown[] = Object.values(value);
  return members.reduce<number>(
    (sum, member) => sum + countMembers(member, depth + 1),
    Array.isArray(value) ? 0 : members.length,
  );
}

/** Names of members in a valid JSON text: the strings that a colon follows. */
function countNames(json: string): number {
  let count = 0;
  for (const [, colon] of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) count += colon ? 1 : 0;
  return count;
}
