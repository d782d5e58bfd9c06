import { badRequest } from './bad-request.ts';

/** The JSON object in a body. Throws Refusal BadRequest. */
export function parseJsonObject(body: Uint8Array): object {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    value = JSON.parse(text);
  } catch {
    throw badRequest('the body is not JSON in UTF-8');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body is not a JSON object');
  // Readers differ in which of two equal names they keep: with both in the body, what was signed,
  // what a gateway logged and what is granted could be three things.
  if (countNames(text) !== Object.keys(value).length)
    throw badRequest('a name occurs twice, or a value is an object');
  return value;
}

/** Names of members in a valid JSON text: the strings that a colon follows. */
function countNames(json: string): number {
  const strings = json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g);
  return Array.from(strings).filter(([, colon]) => colon !== undefined).length;
}
