import {
  type AccessRequest,
  accessRequestSchema,
  MAX_REQUEST_SECONDS,
} from '@data-universe/core-auth';
import { Refusal } from './refusal.ts';

/** A request has under 1 KiB; the rest is room for later fields. */
export const MAX_BODY_BYTES = 8192;

/**
 * The request in a body, whole and strict. Throws Refusal TooLarge or BadRequest; the messages speak
 * of nothing but what was sent.
 */
export function parseRequest(body: Uint8Array): AccessRequest {
  if (body.byteLength > MAX_BODY_BYTES)
    throw new Refusal(
      'TooLarge',
      `The body has more than ${MAX_BODY_BYTES} bytes; send one access request and nothing else.`,
    );
  const parsed = accessRequestSchema.safeParse(parseJsonObject(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'request';
    throw badRequest(`"${field}": ${issue?.message ?? 'not valid'}`);
  }
  const seconds = parsed.data.expires_at - parsed.data.issued_at;
  if (seconds <= 0 || seconds > MAX_REQUEST_SECONDS)
    throw badRequest(
      `"expires_at" must be 1 to ${MAX_REQUEST_SECONDS} seconds after "issued_at", not ${seconds}`,
    );
  return parsed.data;
}

function parseJsonObject(body: Uint8Array): object {
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

function badRequest(what: string): Refusal {
  return new Refusal(
    'BadRequest',
    `This is not a valid access request: ${what.slice(0, 300)}. Correct it and sign it again.`,
  );
}
